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
PEOPLE = tuple(_OF_CONVERSATIONS)  # whose numbers count people, each once
_HITS = (
    "(SELECT v.contact_id, h.code FROM safeguard_hit h JOIN conversation v ON v.id = h.conversation_id"
    " WHERE h.action_id = {action})"
)
_HIT = (
    "EXISTS (SELECT 1 FROM conversation v JOIN safeguard_hit h ON h.conversation_id = v.id"
    " WHERE v.contact_id = c.id AND v.action_id = {action}{code})"
)


def source(action_id: int, box: str, code: int) -> Source:
    """``box``: one of contact_filter.BOXES; "" for a ``code`` alone, which may be Twilio's, a carrier's or a safeguard's."""
    kind = errors.explain(code).kind if code else ""
    if box == "safeguards" or kind == "safeguard":
        return _safeguards(int(action_id), int(code))
    of_action = f"x.action_id = {int(action_id)} AND "
    if box in _OF_CONVERSATIONS:
        return Source("conversation", "contact_id", of_action + _OF_CONVERSATIONS[box])
    if box == "follow_ups":
        return Source("message", "contact_id", of_action + _FOLLOW_UPS, several=True)
    if box == "link_clicks":
        return Source("link_click", "contact_id", f"{of_action}x.by = 'person'", several=True)
    codes = f"x.error_code = {int(code)}" if code else of_class("x", by_carrier=box == "carrier_filtering")
    ours = f"x.direction = 'out' AND x.error_code IS NOT NULL AND {failed('x')}"
    return Source("message", "contact_id", f"{of_action}{ours} AND {codes}", several=True, walked=bool(code))


async def kept(campaign_id: int, wanted: Filter) -> int | None:
    """How many people a number is about, by the kept counts, where it counts people and nothing else is asked for; else None."""
    asked = {name for name, value in asdict(wanted).items() if value not in ("", 0)}
    if asked == {"action", "box"} and wanted.box in PEOPLE:
        text = f"SELECT COALESCE(SUM(t.{wanted.box}), 0) AS n FROM tally t"
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


def _safeguards(action_id: int, code: int) -> Source:
    return Source(
        _HITS.format(action=action_id),
        "contact_id",
        f"x.code = {code}" if code else "true",
        several=True,
        walked=False,
        probe=_HIT.format(action=action_id, code=f" AND h.code = {code}" if code else ""),
    )
