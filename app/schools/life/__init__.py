"""What happens to pupils, cards and phones in the course of the years."""
