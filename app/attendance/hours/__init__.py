"""What staff worked in a month, read off their scans each time (docs/decisions/0041)."""
