"""What carriers do with the texts."""
