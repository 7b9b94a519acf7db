"""Second steps of a log-in."""
