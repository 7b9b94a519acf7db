"""The campaign's phone numbers: which one a contact hears from, buying, health."""
