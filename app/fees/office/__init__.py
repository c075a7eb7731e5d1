"""The accountant's office: statements, what waits for a person, cash, closes, reconciliation."""
