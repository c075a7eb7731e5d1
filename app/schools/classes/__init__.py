"""Classes, their shifts and their teachers."""
