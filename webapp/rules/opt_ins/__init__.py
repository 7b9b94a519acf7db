"""The limits of opt-in forms, and the meaning of answers to them."""
