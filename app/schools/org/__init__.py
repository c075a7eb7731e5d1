"""The department's tree of units, and the schools in it."""
