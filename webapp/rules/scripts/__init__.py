"""Rules about scripts: which one a conversation gets, pictures, addresses in them."""
