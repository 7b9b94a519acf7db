"""Jobs of sending (SPEC X1, X4, X7)."""
