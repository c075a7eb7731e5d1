"""How far a school is with setting itself up."""
