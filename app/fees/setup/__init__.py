"""What a school sets up before it bills: where money comes in, what is asked of whom, and when."""
