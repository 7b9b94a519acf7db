"""Rules of View Results: its pictures (SPEC R2)."""
