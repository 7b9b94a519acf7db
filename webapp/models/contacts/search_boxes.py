"""The people whom a number on View Results is about, as a source of a search (SPEC R2, R3)."""

from __future__ import annotations

from dataclasses import asdict

from webapp import database
from webapp.models.contacts.search_source import Source
from webapp.rules import errors
from webapp.rules.contacts.contact_filter import Filter

_OF_CONVERSATIONS = {
    "remaining": "x.texted_at IS NULL AND x.closed_code IS NULL",
    "reported": "x.replied_at IS NOT NULL AND x.reported_at IS NOT NULL",
    "opt_outs": "x.opted_out_at IS NOT NULL",
    "initials": "x.texted_at IS NOT NULL AND EXISTS (SELECT 1 FROM message m WHERE m.conversation_id = x.id"
    " AND m.kind = 'initial' AND m.status = 'taken')",
}
_FOLLOW_UPS = "x.direction = 'out' AND x.kind IN ('follow_up', 'confirmation') AND x.status = 'taken'"
_OF_SENDER = {
    "initials": "x.direction = 'out' AND x.status = 'taken' AND x.kind = 'initial'",
    "follow_ups": "x.direction = 'out' AND x.status = 'taken' AND x.kind <> 'initial'",
}
PEOPLE = tuple(_OF_CONVERSATIONS)  # whose numbers count people, each once


def source(action_id: int, box: str, code: int, sender: int = 0) -> Source:
    """``box``: one of contact_filter.BOXES; "" for a ``code`` alone, which may be Twilio's, a carrier's or a
    safeguard's. ``sender``: only this user's texts, for a box in contact_filter.OF_SENDERS. Each box has its own index,
    in the order of contacts (database/guards.py)."""
    kind = errors.explain(code).kind if code else ""
    of_action = f"x.action_id = {int(action_id)} AND "
    if box == "safeguards" or kind == "safeguard":
        return Source(
            "safeguard_hit", "contact_id", of_action + (f"x.code = {int(code)}" if code else "true"), several=not code
        )
    if sender:
        by = f"x.user_id = {int(sender)} AND {_OF_SENDER[box]}"
        return Source("message", "contact_id", of_action + by, several=box == "follow_ups")
    if box in _OF_CONVERSATIONS:
        return Source("conversation", "contact_id", of_action + _OF_CONVERSATIONS[box])
    if box == "follow_ups":
        return Source("message", "contact_id", of_action + _FOLLOW_UPS, several=True)
    if box == "link_clicks":
        return Source("link_click", "contact_id", f"{of_action}x.by = 'person'", several=True)
    codes = f"x.error_code = {int(code)}" if code else of_class("x", by_carrier=box == "carrier_filtering")
    ours = f"x.direction = 'out' AND x.error_code IS NOT NULL AND {failed('x')}"
    return Source("message", "contact_id", f"{of_action}{ours} AND {codes}", several=True)


def asked_alone(wanted: Filter) -> Source | None:
    """The source for a number's people, where the filter asks for nothing else; else None."""
    if _asked(wanted) - {"sender"} in ({"action", "box"}, {"action", "code"}):
        return source(wanted.action, wanted.box, wanted.code, wanted.sender)
    return None


def _asked(wanted: Filter) -> set[str]:
    return {name for name, value in asdict(wanted).items() if value not in ("", 0)}


async def kept(campaign_id: int, wanted: Filter) -> int | None:
    """How many people a number is about, by the kept counts, where it counts people and nothing else is asked for; else None."""
    asked = _asked(wanted)
    if asked - {"sender"} == {"action", "box"} and wanted.box in PEOPLE:
        number = (
            f"CASE WHEN t.user_id = {int(wanted.sender)} THEN t.{wanted.box} ELSE 0 END"
            if wanted.sender
            else f"t.{wanted.box}"
        )
        text = f"SELECT COALESCE(SUM({number}), 0) AS n FROM tally t"
    elif asked == {"action", "code"} and errors.explain(wanted.code).kind == "safeguard":
        text = f"SELECT COALESCE(SUM(CASE WHEN t.code = {int(wanted.code)} THEN t.number ELSE 0 END), 0) AS n FROM code_tally t"
    else:
        return None
    [row] = await database.query(
        f"{text} JOIN action a ON a.id = t.action_id WHERE a.id = ? AND a.campaign_id = ?", wanted.action, campaign_id
    )
    return int(row["n"])


def failed(text: str) -> str:
    """SQL: Twilio refused the text of ours, or took it and a carrier did not deliver it."""
    lost = f"{text}.delivery IN ('failed', 'undelivered', 'canceled')"
    return f"({text}.status = 'rejected' OR ({text}.status = 'taken' AND {lost}))"


def of_class(text: str, by_carrier: bool) -> str:
    """SQL: the text's code is a carrier's, else one of Twilio's. One that is not in our table is Twilio's."""
    carriers = [code for code, told in errors.TABLE.items() if told.kind == "carrier"]
    if by_carrier:
        return f"{text}.error_code IN ({', '.join(map(str, carriers))})"
    others = [*carriers, *(code for code, told in errors.TABLE.items() if told.kind == "safeguard")]
    return f"{text}.error_code NOT IN ({', '.join(map(str, others))})"
