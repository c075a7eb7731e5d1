"""Who may fetch a child from school, beside the guardians."""
