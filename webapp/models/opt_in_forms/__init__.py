"""Opt-in forms and who signed up by them, as rows."""
