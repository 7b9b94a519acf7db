"""Other computers, at addresses that people type (SPEC B7, B8)."""
