"""Opt-outs, possible opt-outs that someone must decide, and blocking."""
