"""From a period's charges to bills: preview, issue, void, write-off, debtors, reminders."""
