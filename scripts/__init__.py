"""The commands a person types, and what they need to run the parts of the system."""
