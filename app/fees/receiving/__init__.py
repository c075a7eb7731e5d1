"""Money as banks and gateways tell of it: verified, kept, read, matched, credited.

Keeping and taking are two steps. What was verified is kept and answered first; a worker takes it a
moment later, one event one transaction. A fault in the second step loses nothing of the first.
"""
