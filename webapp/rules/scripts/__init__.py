"""Rules about scripts: which one a contact gets, pictures, links."""
