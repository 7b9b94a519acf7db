"""Rules about phone numbers of ours: which one is chosen, when a queue is done."""
