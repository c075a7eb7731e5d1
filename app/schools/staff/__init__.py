"""Who works in a school, and in which roles."""
