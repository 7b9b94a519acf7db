"""Addresses of other computers that people type: only https, only by name, so that what a name leads to can be checked when it is
called (SPEC B7, B8)."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import parse_qsl, urlsplit

from webapp.rules.speech.sentences import said

LONGEST = 500  # of what is typed
LED = 4_000  # of what an address leads on to: file stores sign theirs at length
LONGEST_HOST = 253
_PART = re.compile(r"(?!-)[a-z0-9_-]{1,63}")
_TELLING = 6  # letters of a part of an address that may be a secret
_HERE = ("127.0.0.1",)


def why_not(url: str, rehearsal: bool = False, longest: int = LONGEST) -> str:
    """A sentence where it is refused, else "". ``rehearsal``: this machine may be called, by http too."""
    if not url or len(url) > longest or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        return said("This is no address. It begins with https:// and has at most 500 characters.")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return said("This is no address. It begins with https://.")
    if parts.username or parts.password or "@" in parts.netloc:
        return said("The address may hold no name or password.")
    if rehearsal and host in _HERE and parts.scheme in ("http", "https"):
        return ""
    if parts.scheme != "https":
        return said("The address has to begin with https://.")
    if port not in (None, 443):
        return said("The address may name no port but 443.")
    return "" if _named(host) else said("The address has to name a server on the internet, such as data.example.org.")


def host_why_not(host: str, rehearsal: bool = False) -> str:
    """As `why_not`, of a server's name alone."""
    if rehearsal and host in _HERE:
        return ""
    plain = len(host) <= LONGEST_HOST and all(part and _PART.fullmatch(part) for part in host.split("."))
    return (
        "" if plain and _named(host) else said("This has to name a server on the internet, such as sftp.example.org.")
    )


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


def masked(url: str) -> str:
    """For pages, the audit log and letters: whoever has the whole address may be able to use it. The server, and the first step
    of the path where it is a plain word."""
    parts = urlsplit(url)
    first, _, rest = parts.path.removeprefix("/").partition("/")
    shown = f"/{first}" if re.fullmatch(r"[a-z][a-z_-]{0,19}", first) else "/"
    cut = rest or parts.query or parts.fragment or shown != f"/{first}"
    left_out = f"{'' if shown == '/' else '/'}…" if cut else ""
    return f"{parts.scheme}://{parts.netloc}{shown}{left_out}"


def without(said: str, url: str) -> str:
    """A server's answer, without the parts of the address that `masked` leaves out: many say it back."""
    parts = urlsplit(url)
    first = masked(url).removeprefix(f"{parts.scheme}://{parts.netloc}/").rstrip("/…")
    steps = [step for step in parts.path.split("/") if step != first]
    values = [value for _, value in parse_qsl(parts.query)]
    whole = [url, parts.path, parts.query] if masked(url) != url else []
    for part in sorted(whole + [one for one in (*steps, *values) if len(one) >= _TELLING], key=len, reverse=True):
        said = said.replace(part, "…") if len(part) > 1 else said
    return said
