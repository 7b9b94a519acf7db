"""Uploaded lists: previewed, read and stored in slices."""
