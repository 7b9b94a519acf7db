"""Databases for tests: empty ones, old ones, moments in them, and what was asked of them."""
