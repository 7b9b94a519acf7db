"""Actions, who is in them, their scripts and pictures."""
