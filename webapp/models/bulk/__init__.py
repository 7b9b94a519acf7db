"""Bulk jobs: one operation on many contacts, in slices."""
