"""All Contacts, one contact, lists, tags and fields."""
