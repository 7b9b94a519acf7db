"""TODO bulk."""
