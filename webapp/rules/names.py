"""Names as a search compares them: José, JOSE and jose are one, and so are O'Neil and ONeil."""

from __future__ import annotations

import unicodedata


def key(name: str) -> str:
    """Small letters without accents and marks, digits and single blanks; 100 characters at most."""
    if name.isascii():
        plain = name.lower()
    else:
        plain = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    kept = "".join(c for c in plain if c.isalnum() or c.isspace() or c == "-").replace("-", " ")
    return " ".join(kept.split())[:100]
