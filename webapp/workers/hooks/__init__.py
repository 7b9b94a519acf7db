"""Jobs that send webhooks (SPEC B7)."""
