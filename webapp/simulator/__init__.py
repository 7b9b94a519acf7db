"""A Twilio that runs here. It imports nothing of the product, and counts and signs with other libraries."""
