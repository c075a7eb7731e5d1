"""A family says that the record of a day is wrong; the school answers."""
