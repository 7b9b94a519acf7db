"""What a password may be."""
