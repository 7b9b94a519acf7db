"""Where webhooks may go, how they are signed, and when one is tried again (SPEC B7)."""
