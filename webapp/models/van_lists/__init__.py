"""VAN's saved lists, brought in as contact lists (SPEC B3)."""
