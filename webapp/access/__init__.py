"""Who is asking, what they may open, and their rows: finding.py finds a row through its owner (SPEC V9)."""
