"""Textbank: peer-to-peer texting for campaigns, unions and non-profits."""
