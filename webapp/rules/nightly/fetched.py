"""Says in a sentence what is wrong with a file that was fetched (SPEC B8)."""

from __future__ import annotations

from collections.abc import Sequence

_PAGE = (b"<!doctype", b"<html", b"<head", b"<?xml")
_WIDE, _BOOK = (
    (b"\xff\xfe", b"\xfe\xff"),
    (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"),
)  # UTF-16, and workbooks: the reader decides


def why_not(status: int, kind: str, head: bytes, size: int) -> str:
    """``kind``: the content type; ``head``: the first bytes. "" where it may be read as a list."""
    if status in (401, 403):
        return f"The server does not let us read the file (HTTP {status}). Publish it, so that whoever has the link can read it."
    if status in (404, 410):
        return f"There is no file at this address any more (HTTP {status})."
    if status != 200:
        return f"The server answered HTTP {status} instead of the file."
    if _is_page(head) or kind.startswith("text/html"):
        return "A web page came instead of the file, perhaps a page to log in. Publish the spreadsheet as CSV and use that link."
    return _empty(head, size)


def why_no_list(name: str, head: bytes, size: int) -> str:
    """As `why_not`, of a file in a folder."""
    if _is_page(head):
        return f"The file {name} is a web page, not a CSV."
    if b"\x00" in head and not head.startswith(_WIDE + _BOOK):
        return f"The file {name} is not a CSV."
    return _empty(head, size)


def _is_page(head: bytes) -> bool:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()[:20].lower().startswith(_PAGE)


def _empty(head: bytes, size: int) -> str:
    return "" if size and head.removeprefix(b"\xef\xbb\xbf").strip() else "The file is empty."


def columns_changed(before: Sequence[str], now: Sequence[str]) -> str:
    """ "" where they are the same, in the same order."""
    if list(before) == list(now):
        return ""
    gone, new = [n for n in before if n not in now], [n for n in now if n not in before]
    said = [f"missing: {', '.join(gone)[:300]}"] if gone else []
    said += [f"new: {', '.join(new)[:300]}"] if new else []
    what = "; ".join(said) or "they stand in another order"
    return f"The columns changed ({what}). End this nightly import and make a new one, to choose them again."
