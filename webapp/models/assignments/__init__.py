"""Assigning contacts to users: Start, reassigning, waiting replies offered to others, contacts back to the pool."""
