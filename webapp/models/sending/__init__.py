"""From the click to Twilio's answer: the safeguards' facts, the claim, texts in doubt, caps."""
