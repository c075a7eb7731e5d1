"""Leave: asked for by the family or by staff, decided by the school, and what it covers."""
