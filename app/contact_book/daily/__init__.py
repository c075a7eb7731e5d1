"""The daily book: remarks, lessons, homework, small children's days, and the week in numbers."""
