"""How well the contact book is kept: by class for the principal, in rates for the department."""
