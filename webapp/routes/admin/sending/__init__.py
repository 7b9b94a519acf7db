"""The set-up check, Stop Everything, and texts only staff can decide."""
