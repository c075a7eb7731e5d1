"""Fees: what is asked of families, what arrives, and where every đồng went."""
