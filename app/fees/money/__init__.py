"""The money itself: what came in, what it was used for, and the books about it.

Nobody else writes `fund`, `allocation`, `invoice.paid`, `ledger_*`, `receipt` rows. Each step is
one transaction of the caller's and takes its locks in one order: funds by id, invoices by id, the
receipt series, then (the caller) the audit.
"""
