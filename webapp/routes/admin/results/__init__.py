"""How an action goes, and how the sending goes."""
