"""What Twilio tells us, stored first and applied once."""
