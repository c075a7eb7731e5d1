"""Custody blocks: by the principal alone, on a paper that is on file."""
