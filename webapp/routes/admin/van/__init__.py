"""VAN: the campaign's key, what leads to which code, and the facts on their way there (SPEC B3)."""
