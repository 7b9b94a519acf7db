"""Addresses of other computers that people type: only https, only by name, so that what a name leads to can be checked when it is
called (SPEC B7, B8)."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

LONGEST = 500  # of what is typed
LED = 4_000  # of what an address leads on to: file stores sign theirs at length
_HERE = ("127.0.0.1",)


def why_not(url: str, rehearsal: bool = False, longest: int = LONGEST) -> str:
    """A sentence where it is refused, else "". ``rehearsal``: this machine may be called, by http too."""
    if not url or len(url) > longest or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        return "This is no address. It begins with https:// and has at most 500 characters."
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return "This is no address. It begins with https://."
    if parts.username or parts.password or "@" in parts.netloc:
        return "The address may hold no name or password."
    if rehearsal and host in _HERE and parts.scheme in ("http", "https"):
        return ""
    if parts.scheme != "https":
        return "The address has to begin with https://."
    if port not in (None, 443):
        return "The address may name no port but 443."
    return "" if _named(host) else "The address has to name a server on the internet, such as data.example.org."


def _named(host: str) -> bool:
    """A name with a dot, and no number: 127.1, 0x7f.1 and [::1] are numbers."""
    last = host.rstrip(".").rpartition(".")[2]
    if "." not in host.strip(".") or (not last.isalnum() and "-" not in last):
        return False
    if last.isdigit() or last.startswith("0x") or last in ("local", "localhost", "internal", "lan", "home", "arpa"):
        return False
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return True
    return False
