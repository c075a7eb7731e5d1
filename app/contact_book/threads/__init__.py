"""Messages between the guardians of one pupil and a teacher: threads, hours, reports, blocks."""
