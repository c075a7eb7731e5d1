"""Where and when a school is: campuses, stations, shifts, calendar."""
