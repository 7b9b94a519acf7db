"""Nightly imports: what a fetched file must be (SPEC B8)."""
