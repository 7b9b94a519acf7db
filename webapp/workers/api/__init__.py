"""Jobs about the API."""
