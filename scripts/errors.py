"""What ends a command with a sentence instead of a stack trace."""


class CommandFailed(Exception):
    """The command cannot go on; the message is for the person who typed it."""
