"""A storm closes a school, a ward or the province: at once, and everybody hears of it once."""
