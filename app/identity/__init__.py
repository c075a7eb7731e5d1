"""Who is calling: accounts, devices, sessions, tokens, roles and rights."""
