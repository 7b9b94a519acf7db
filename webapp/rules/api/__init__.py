"""What a token of the API may do (SPEC B6)."""
