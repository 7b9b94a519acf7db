"""Jobs of opt-in forms."""
