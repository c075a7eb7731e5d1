"""What a school says to its families and staff, and what they answer."""
