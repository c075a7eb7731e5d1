"""Absence at the cut-off: who is missing, who is told at once, and what waits for the principal."""
