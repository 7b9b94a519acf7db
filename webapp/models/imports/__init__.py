"""Uploaded lists: read, previewed, stored in slices."""
