"""Rules about VAN: the request for a fact, and when it is tried again."""
