"""The outcome of a text that was handed to Twilio: its answer, doubt, what its error teaches, a restore."""
