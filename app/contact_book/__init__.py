"""The electronic contact book: how school and family talk."""
