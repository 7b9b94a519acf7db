"""TODO contacts."""
