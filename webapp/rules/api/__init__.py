"""Rights of a token of the API (SPEC B6)."""
