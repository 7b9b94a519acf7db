"""A header in words, folded: ``MobilePhone``, "Teléfono (móvil)" and ``SMSOptIn`` (SPEC C3)."""

from __future__ import annotations

import re

from webapp.rules import letters

LONGEST = 200  # characters of a header that are looked at
_JOINED = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def words_of(header: str) -> list[str]:
    plain = letters.folded(_JOINED.sub(" ", header[:LONGEST]))
    return re.findall(r"[a-z]+[0-9]*|[0-9]+", plain.replace("'", "").replace("’", "").replace("e-mail", "email"))


def key(header: str) -> str:
    """Lower-case letters and digits, without accents."""
    return "".join(words_of(header))
