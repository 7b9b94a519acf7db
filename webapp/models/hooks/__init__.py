"""Webhooks out: the endpoints, and a row for each event on its way there (SPEC B7)."""
