"""Receipts on paper: their PDF, the amount in words, and how a stranger verifies one."""
