"""From the click to the call of Twilio: the safeguards' facts, the claim, Undo, caps."""
