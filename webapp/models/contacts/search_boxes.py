"""The people whom a number on View Results is about, as a source of a search (SPEC R2, R3)."""

from __future__ import annotations

from webapp.models.contacts.search_source import Source
from webapp.rules import errors

_OF_CONVERSATIONS = {
    "remaining": "x.texted_at IS NULL AND x.closed_code IS NULL",
    "reported": "x.replied_at IS NOT NULL AND x.reported_at IS NOT NULL",
    "opt_outs": "x.opted_out_at IS NOT NULL",
}
_OF_MESSAGES = {
    "initials": "x.direction = 'out' AND x.kind = 'initial' AND x.status = 'taken'",
    "follow_ups": "x.direction = 'out' AND x.kind IN ('follow_up', 'confirmation') AND x.status = 'taken'",
}
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
    if box in _OF_MESSAGES:
        return Source("message", "contact_id", of_action + _OF_MESSAGES[box], several=True, walked=box == "follow_ups")
    if box == "link_clicks":
        return Source("link_click", "contact_id", f"{of_action}x.by = 'person'", several=True)
    codes = f"x.error_code = {int(code)}" if code else of_class("x", by_carrier=box == "carrier_filtering")
    ours = f"x.direction = 'out' AND x.error_code IS NOT NULL AND {failed('x')}"
    return Source("message", "contact_id", f"{of_action}{ours} AND {codes}", several=True, walked=False)


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
