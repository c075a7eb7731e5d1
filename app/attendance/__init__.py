"""Codes, scans and school days: who was at the gate, when, where, and what follows from it."""
