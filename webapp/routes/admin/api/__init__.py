"""The office's side of the API: its tokens, and examples (SPEC B6)."""
