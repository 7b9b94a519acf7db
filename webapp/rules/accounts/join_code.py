"""Join codes (SPEC S9): six digits where staff approve newcomers, else eight letters, which nobody guesses."""

from __future__ import annotations

import re

LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ"  # without those that look like another, or like a digit
DIGITS, LETTERS_OF_CODE = 6, 8


def read(typed: str) -> str:
    """The code as it is stored; "" where it can be none."""
    code = re.sub(r"\s", "", typed[:100]).upper()
    return code if re.fullmatch(rf"[0-9]{{{DIGITS}}}|[A-Z]{{{LETTERS_OF_CODE}}}", code) else ""


def easily_guessed(code: str) -> bool:
    """Six digits: a million codes, so that somebody has to look at who comes in by one."""
    return code.isdecimal()
