"""A school's day as it happens: the principal's board, and what a gate's screen counts."""
