"""Settings, Webhooks (SPEC B7)."""
