"""Addresses custom links may lead to, and whether a person or a machine opened one (SPEC B1)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from urllib.parse import quote, urlsplit, urlunsplit

import crawleruseragents

LONGEST = 2_000
_HOST = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{1,62}", re.IGNORECASE)
_BROWSER = re.compile(r"(Mozilla|Opera)/\d")  # every browser's user agent begins so
_FETCHER = re.compile(
    r"compatible;(?! MSIE)|preview|prefetch|\bGoogle-|scanner|fetcher|SafeLinks|MobileSMS", re.IGNORECASE
)
_PLAIN = "%/:?@!$&'()*+,;=~-._[]"  # kept in an address; other characters are escaped, as a Location header needs
_AHEAD = ("purpose", "sec-purpose", "x-purpose", "x-moz")  # request headers of a browser that loads ahead


def slug(text: str) -> str:
    """A link's short name in scripts: lower-case letters, digits, underscores and hyphens; at most 40 characters."""
    plain = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9_]+", "-", plain).strip("-_")[:40]


def address(raw: str) -> str | None:
    """The whole address in ASCII, with https:// added where the scheme is missing; None where a link may not lead
    there. Only http and https, only named hosts: no user names, no IP addresses."""
    text = raw.strip()
    if not re.match(r"[a-z][a-z0-9+.-]*:", text, re.IGNORECASE) or _HOST.fullmatch(text.split("/")[0].split(":")[0]):
        text = f"https://{text}"
    if len(text) > LONGEST or re.search(r"[\x00-\x20\x7f\\<>\"]", text):
        return None
    try:
        parts = urlsplit(text)
        host = (parts.hostname or "").encode("idna").decode()
        fine = parts.scheme.lower() in ("http", "https") and "@" not in parts.netloc and (parts.port or 80) > 0
    except (ValueError, UnicodeError):
        return None
    if not fine or not _HOST.fullmatch(host):
        return None
    port = f":{parts.port}" if parts.port else ""
    path, query, fragment = (quote(part, safe=_PLAIN) for part in parts[2:])
    return urlunsplit((parts.scheme.lower(), host.lower() + port, path, query, fragment))


def is_preview(method: str, user_agent: str, headers: Mapping[str, str]) -> bool:
    """True for a machine: HEAD, a browser loading ahead, link previews of phones and messengers, carriers' scanners.
    ``headers``: by lower-case name."""
    if method != "GET" or any(re.search("prefetch|preview|prerender", headers.get(name, "")) for name in _AHEAD):
        return True
    if not _BROWSER.match(user_agent) or _FETCHER.search(user_agent):
        return True
    return bool(crawleruseragents.is_crawler(user_agent))
