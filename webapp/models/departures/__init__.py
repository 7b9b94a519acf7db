"""Users who leave: suspended or removed, and let back in."""
