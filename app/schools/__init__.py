"""The school as the scan needs it: places, shifts, calendar, classes, people and their links."""
