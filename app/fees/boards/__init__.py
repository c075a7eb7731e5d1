"""How far the collecting is: for a school by class, for the department in rates."""
