"""What a day was, said by the homeroom teacher or the principal, whatever was scanned."""
