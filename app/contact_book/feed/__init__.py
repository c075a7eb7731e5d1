"""What families and staff read of the contact book: the feed, its search, the badges."""
