"""Rights of a token of the API, and the phones in its answers (SPEC B6)."""

from __future__ import annotations

from collections.abc import Iterable

from webapp.rules import phone

CONTACTS_IN = "contacts:write"
OPT_OUTS_IN = "opt_outs:write"
RESULTS = "results:read"
MESSAGES = "messages:read"
REPORTS = "reports:read"
OPT_OUTS = "opt_outs:read"
PHONES = "phones:read"  # beside another: phones stand whole in its answers
SCOPES = (CONTACTS_IN, OPT_OUTS_IN, RESULTS, MESSAGES, REPORTS, OPT_OUTS, PHONES)


def kept(wanted: Iterable[str]) -> list[str]:
    """Those that exist, in their own order."""
    asked = set(wanted)
    return [one for one in SCOPES if one in asked]


def shown_phone(e164: str, scopes: Iterable[str]) -> str:
    """Whole where the token may see phones, else masked."""
    return e164 if PHONES in scopes else phone.masked(e164)
