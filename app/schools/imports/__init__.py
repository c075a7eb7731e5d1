"""A school sets itself up from files: pupils, staff, calendar, timetable."""
