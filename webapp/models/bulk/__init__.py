"""One thing done to many contacts, in slices."""
