"""Rules about VAN: what is sent there for a fact, and when it is tried again."""
