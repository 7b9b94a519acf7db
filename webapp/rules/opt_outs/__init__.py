"""The words people opt out with, and how a script asks for them."""
