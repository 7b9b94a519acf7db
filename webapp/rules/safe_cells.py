"""Cells that a spreadsheet would take for a formula, made harmless."""

from __future__ import annotations

import re

_PHONE = re.compile(r"\+\d{7,15}")


def harmless(cell: str) -> str:
    """An apostrophe before = + - @ tab or CR; a phone number in E.164 stays as it is, so that it can be read again."""
    if cell[:1] in ("=", "+", "-", "@", "\t", "\r") and not _PHONE.fullmatch(cell):
        return "'" + cell
    return cell
