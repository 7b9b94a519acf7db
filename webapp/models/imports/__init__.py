"""TODO imports."""
