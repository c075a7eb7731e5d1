"""Who is told of a child and may act for it, and the custody block."""
