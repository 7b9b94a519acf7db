"""A Twilio that runs here. Imports nothing of the product, counts and signs with others' libraries."""
