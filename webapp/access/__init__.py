"""The user behind a request, the pages they may open, and their rows: finding.py finds a row through its owner (SPEC V9)."""
