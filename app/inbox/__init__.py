"""The inbox: what an account was told, in order, and what became of it."""
