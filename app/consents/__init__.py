"""What people agree to, purpose by purpose: the texts, the choices, and what holds now."""
