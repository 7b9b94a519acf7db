"""Names as a search compares them: José equals JOSE and jose, O'Neil equals ONeil."""

from __future__ import annotations

import unicodedata


def key(name: str) -> str:
    """Lower-case letters without accents, digits and single spaces; at most 100 characters."""
    if name.isascii():
        plain = name.lower()
    else:
        plain = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    kept = "".join(c for c in plain if c.isalnum() or c.isspace() or c == "-").replace("-", " ")
    return " ".join(kept.split())[:100]
