"""Settings, users and user lists."""
