"""Runs a text bank on one machine: the supervisor, the web process, Valkey, and the demo campaign."""
