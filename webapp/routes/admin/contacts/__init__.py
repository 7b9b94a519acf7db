"""All Contacts, one contact, contact lists, tags and fields."""
