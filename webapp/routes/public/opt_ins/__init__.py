"""The page of an opt-in form, for whoever signs up: no login (SPEC B2)."""
