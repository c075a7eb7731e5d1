"""Sheets that people upload, read into plain rows, and the templates that they fill in."""
