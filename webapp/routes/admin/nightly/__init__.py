"""Nightly imports: a file at an address, read each night onto a list (SPEC B8)."""
