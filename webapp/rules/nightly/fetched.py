"""Says in a sentence what is wrong with a file that was fetched (SPEC B8)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

_PAGE = (b"<!doctype", b"<html", b"<head", b"<?xml")


def why_not(status: int, kind: str, head: bytes, size: int) -> str:
    """``kind``: the content type; ``head``: the first bytes. "" where it may be read as a list."""
    if status in (401, 403):
        return f"The server does not let us read the file (HTTP {status}). Publish it, so that whoever has the link can read it."
    if status in (404, 410):
        return f"There is no file at this address any more (HTTP {status})."
    if status != 200:
        return f"The server answered HTTP {status} instead of the file."
    if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:20].lower().startswith(_PAGE) or kind.startswith("text/html"):
        return "A web page came instead of the file, perhaps a page to log in. Publish the spreadsheet as CSV and use that link."
    if not size or not head.removeprefix(b"\xef\xbb\xbf").strip():
        return "The file is empty."
    return ""


def columns_changed(before: Sequence[str], now: Sequence[str]) -> str:
    """ "" where they are the same, in the same order."""
    if list(before) == list(now):
        return ""
    gone, new = [n for n in before if n not in now], [n for n in now if n not in before]
    said = [f"missing: {', '.join(gone)[:300]}"] if gone else []
    said += [f"new: {', '.join(new)[:300]}"] if new else []
    what = "; ".join(said) or "they stand in another order"
    return f"The columns changed ({what}). End this nightly import and make a new one, to choose them again."


def next_night(now: datetime, hour: int) -> datetime:
    """The next time it is ``hour`` on the clock of ``now``, which has the campaign's zone."""
    today = datetime.combine(now.date(), time(hour), now.tzinfo)
    return today if today > now else datetime.combine(now.date() + timedelta(days=1), time(hour), now.tzinfo)
