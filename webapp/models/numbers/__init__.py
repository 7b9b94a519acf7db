"""The campaign's phone numbers: choosing one for a contact, rates, health, orders."""
