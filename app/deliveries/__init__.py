"""What became of a school's news: the funnel in counts, and what was given up and may go again."""
