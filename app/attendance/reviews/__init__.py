"""Scans of an uncertain place, clock, card or code, and a principal's verdicts on them."""
