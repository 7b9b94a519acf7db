"""Opt-in forms at work: written, opened, signed up by, confirmed, counted."""
