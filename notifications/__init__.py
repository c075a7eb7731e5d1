"""The worker: what is sent, to whom, over which channel, and what a failure means."""
