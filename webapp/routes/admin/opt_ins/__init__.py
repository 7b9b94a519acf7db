"""Opt-in forms in the office: written, opened, shared, and who signed up (SPEC B2)."""
