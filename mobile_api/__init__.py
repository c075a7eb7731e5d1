"""The HTTP edge: it parses, asks the domain once, and answers."""
