"""Twilio's webhooks: stored first, then applied once."""
