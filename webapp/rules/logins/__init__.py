"""The rules for passwords."""
