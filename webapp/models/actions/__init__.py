"""Actions: their basics, audience, scripts, pictures and report settings."""
