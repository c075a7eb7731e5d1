"""Paying from home: what a family sees, and a VietQR that any bank's app reads."""
