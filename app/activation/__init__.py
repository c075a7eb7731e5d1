"""Codes on paper for guardians, and how a link to an account comes to life."""
