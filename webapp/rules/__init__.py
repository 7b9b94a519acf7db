"""Decisions from values alone. Pure and synchronous; time is an argument; a refusal is a value."""
