"""VAN and EveryAction: the campaign's key, what leads to which code, and each fact on its way there (SPEC B3)."""
