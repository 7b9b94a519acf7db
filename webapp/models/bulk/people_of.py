"""The people behind a number of an action's results, found window by window (SPEC R6).

Walks the action's conversations in the order of their contacts, so that any number costs one pass, however rare the people
are. People who opted out or are blocked are never among them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from webapp import database
from webapp.models.actions.action import Action
from webapp.models.contacts import search_boxes
from webapp.models.contacts.search_boxes import failed, of_class
from webapp.models.contacts.search_source import Source
from webapp.models.kept_counts import FREE
from webapp.rules import errors
from webapp.rules.results.people_behind import People

_OPEN = "c.opted_out_at IS NULL AND c.blocked_at IS NULL"
_TAKEN = "m.kind = 'initial' AND m.status = 'taken'"
_BOXES = {"carrier": "carrier_filtering", "twilio": "twilio_errors", "safeguard": "safeguards"}
_PAIRS = {"sqlite": "json_each(r.answers)", "postgres": "jsonb_each_text(r.answers)"}
_ITEMS = {"sqlite": "json_each(r.{})", "postgres": "jsonb_array_elements_text(r.{})"}

_IN_ORDER = ("replied", "unreported", "attention", "tag", "field")  # an index names them in the order of contacts

Condition = tuple[str, list[Any]]


@dataclass(frozen=True)
class Counted:
    """``may``: number of people who go on the list. ``left_out``: number of those who opted out or are blocked.
    ``more``: there are more people, who were not counted."""

    may: int
    left_out: int
    more: bool = False


async def counted(action: Action, people: People, most: int = 0) -> Counted:
    """``most``: where counting stops, so that a page is quick for a million people too; 0 counts all."""
    ids, values = _ids(action, people, f" LIMIT {int(most) + 1}" if most else "")
    # PostgreSQL looks up an array in one walk of the index of contacts; for a join it goes down that index once a row
    some = f"= ANY (ARRAY({ids}))" if most and database.dialect() == "postgres" else f"IN ({ids})"
    [row] = await database.query(
        f"SELECT SUM(CASE WHEN {_OPEN} THEN 1 ELSE 0 END) AS may, COUNT(*) AS n FROM contact c WHERE c.id {some}",
        *values,
    )
    may = int(row["may"] or 0)
    return Counted(may, int(row["n"]) - may, bool(most) and int(row["n"]) > most)


def _ids(action: Action, people: People, limit: str) -> Condition:
    """SQL that names their contacts, and its values."""
    if source := _source(action.id, people):
        return f"{source.select()} ORDER BY id{limit}", [*source.values]
    condition, values = _condition(people)
    # The campaign and the order lead PostgreSQL to an index that holds such people alone; else it reads the table until it
    # meets them, and those who answered stand at its end, where an update has put them
    first = f" ORDER BY v.contact_id{limit}" if limit and people.kind in _IN_ORDER else limit
    text = f"SELECT v.contact_id FROM conversation v WHERE v.campaign_id = ? AND v.action_id = ? AND {condition}{first}"
    return text, [action.campaign_id, action.id, *values]


def _source(action_id: int, people: People) -> Source | None:
    """The index that lists them, where they have one of their own: then no conversation is read."""
    if people.kind == "code":
        return search_boxes.source(action_id, "", people.number)
    if people.kind == "error":
        return search_boxes.source(action_id, _BOXES[people.value], 0)
    return search_boxes.source(action_id, "link_clicks", 0) if people.kind == "clicked" else None


async def window(action_id: int, people: People, after: int, size: int) -> tuple[list[int], int]:
    """Looks at the next ``size`` conversations past the contact ``after``. Returns the contacts who belong to the
    people, in order, and the last contact looked at: ``after`` itself where none is left."""
    condition, values = _condition(people)
    rows = await database.query(
        f"SELECT v.contact_id, CASE WHEN {condition} AND {_OPEN} THEN 1 ELSE 0 END AS may FROM (SELECT * FROM conversation"
        f" WHERE action_id = ? AND contact_id > ? ORDER BY contact_id LIMIT {int(size)}) AS v"
        " JOIN contact c ON c.id = v.contact_id ORDER BY v.contact_id",
        *values,
        action_id,
        after,
    )
    return [row["contact_id"] for row in rows if row["may"]], rows[-1]["contact_id"] if rows else after


def _condition(people: People) -> Condition:
    """SQL about the conversation ``v``, and its values."""
    if people.kind == "texted":
        return f"(v.texted_at IS NOT NULL AND {_text(_TAKEN)})", []
    if people.kind == "silent":
        reached = _text(f"{_TAKEN} AND NOT {failed('m')}")
        return f"(v.texted_at IS NOT NULL AND v.replied_at IS NULL AND {reached})", []
    if people.kind == "replied":
        return "v.replied_at IS NOT NULL", []
    if people.kind == "unreported":
        return "(v.replied_at IS NOT NULL AND v.reported_at IS NULL)", []
    if people.kind == "attention":
        return "v.needs_attention", []
    if people.kind == "clicked":
        opened = "k.action_id = v.action_id AND k.contact_id = v.contact_id AND k.by = 'person'"
        return f"EXISTS (SELECT 1 FROM link_click k WHERE {opened})", []
    if people.kind in ("tag", "field"):
        says, values = report_says(people)
        return _newest_report(says), values
    if people.kind == "script":
        return _text("m.script_id = ? AND m.direction = 'out' AND m.status = 'taken'"), [people.number]
    return _refused(people)


def _text(where: str) -> str:
    return f"EXISTS (SELECT 1 FROM message m WHERE m.conversation_id = v.id AND {where})"


def _newest_report(where: str) -> str:
    newest = "(SELECT MAX(n.id) FROM report n WHERE n.conversation_id = v.id)"
    return f"(v.reported_at IS NOT NULL AND EXISTS (SELECT 1 FROM report r WHERE r.id = {newest} AND {where}))"


def _items(column: str) -> str:
    return _ITEMS[database.dialect()].format(column)


def report_says(people: People) -> Condition:
    """SQL about the report ``r``: it has the tag or the answer, as kept_counts.AnswerTally counts them. All answers
    typed freely count as one answer."""
    if people.kind == "tag":
        return f"EXISTS (SELECT 1 FROM {_items('tags')} AS j WHERE substr(j.value, 1, 80) = ?)", [people.name]
    typed = f"EXISTS (SELECT 1 FROM {_items('free')} AS f WHERE f.value = j.key)"
    said = typed if people.value == FREE else f"substr(j.value, 1, 100) = ? AND NOT {typed}"
    pairs = f"EXISTS (SELECT 1 FROM {_PAIRS[database.dialect()]} AS j WHERE substr(j.key, 1, 80) = ? AND {said})"
    return pairs, [people.name, *([] if people.value == FREE else [people.value])]


def _refused(people: People) -> Condition:
    """Refusals by a safeguard are its hits, one a conversation. Refusals by Twilio and carriers are texts that
    failed."""
    by_safeguard = people.kind == "code" and errors.explain(people.number).kind == "safeguard"
    if people.value == "safeguard" or by_safeguard:
        which = "" if people.kind == "error" else f" AND h.code = {people.number}"
        return f"EXISTS (SELECT 1 FROM safeguard_hit h WHERE h.conversation_id = v.id{which})", []
    if people.kind == "code":
        codes = f"m.error_code = {people.number}"
    else:
        codes = of_class("m", by_carrier=people.value == "carrier")
    return _text(f"m.direction = 'out' AND {failed('m')} AND {codes}"), []
