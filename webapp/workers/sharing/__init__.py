"""Opt-outs shared between campaigns of one installation (SPEC B9)."""
