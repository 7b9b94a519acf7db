"""From the click to Twilio's answer: the gate, the claim, doubt, caps."""
