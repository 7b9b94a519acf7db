"""View Reports: what reports say in sum, and each of them (SPEC R1)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from webapp import database
from webapp.models import kept_counts
from webapp.models.actions.action import Action
from webapp.models.bulk import people_of
from webapp.models.contacts.contact import Contact
from webapp.models.kept_counts import FREE, TAG
from webapp.models.reports.report import Report
from webapp.rules.results.people_behind import People

PAGE = 50
LOOKED_AT = 5_000  # reports a page of one answer's looks at
NEWEST = 2**62  # no id is higher


@dataclass
class Totals:
    """Conversations by what their newest report says: tag -> number; field -> answer -> number. ``typed``: field -> number of
    answers that were typed freely."""

    tags: dict[str, int] = field(default_factory=dict)
    fields: dict[str, dict[str, int]] = field(default_factory=dict)
    typed: dict[str, int] = field(default_factory=dict)

    def of(self, said: People) -> int:
        """How many conversations say so."""
        if said.kind == "tag":
            return self.tags.get(said.name, 0)
        if said.value == FREE:
            return self.typed.get(said.name, 0)
        return self.fields.get(said.name, {}).get(said.value, 0)


async def totals(action: Action) -> Totals:
    """From the kept counts: as quick with a million reports."""
    found = Totals()
    for kind, name, value, number in await kept_counts.of_answers(action.id):
        if kind == TAG:
            found.tags[name] = number
        elif value == FREE:
            found.typed[name] = number
        else:
            found.fields.setdefault(name, {})[value] = number
    return found


@dataclass(frozen=True)
class Page:
    """Reports, the newest first, each with its contact. ``corrected``: the ids of those that a later one corrects: they are in no
    total. ``more``: the ``before`` of the next page; 0 where there is none."""

    rows: list[tuple[Report, Contact]]
    corrected: set[int]
    more: int


async def page(action: Action, counted: Totals, before: int = 0, said: People | None = None, by: int = 0) -> Page:
    """The newest PAGE reports older than ``before`` (an id), corrected ones included. ``said``: only the rows behind
    one total, which are newest reports that say so. ``by``: only reports that count for this user, the first ones of
    their conversations. A page looks at LOOKED_AT reports at most, so that the rarest answer costs no more than the
    most frequent. It looks at none where the ``counted`` total is 0."""
    if said and not counted.of(said):
        return Page([], set(), 0)
    says, values = people_of.report_says(said) if said else ("true", [])
    if said or by:
        which = [
            says,
            *([f"r.id = {_NEWEST}"] if said else []),
            *([f"r.user_id = {int(by)} AND r.id = {_FIRST}"] if by else []),
        ]
        ids, more = await _some(action.id, before or NEWEST, " AND ".join(which), values)
    else:
        ids, more = await _any(action.id, before or NEWEST)
    rows = await Report.filter(id__in=ids or [0]).order_by("-id").select_related("user")
    contacts = {c.id: c for c in await Contact.filter(id__in=[row.contact_id for row in rows] or [0])}
    corrected = set() if said else await _corrected(ids)
    return Page([(row, contacts[row.contact_id]) for row in rows], corrected, more)


_NEWEST = "(SELECT MAX(n.id) FROM report n WHERE n.conversation_id = r.conversation_id)"
_FIRST = _NEWEST.replace("MAX", "MIN")
_WALK = "SELECT * FROM report WHERE action_id = ? AND id < ? ORDER BY id DESC LIMIT ?"


async def _any(action_id: int, before: int) -> tuple[list[int], int]:
    ids = [row["id"] for row in await database.query(_WALK.replace("*", "id"), action_id, before, PAGE + 1)]
    return ids[:PAGE], ids[PAGE - 1] if len(ids) > PAGE else 0


async def _some(action_id: int, before: int, which: str, values: list[Any]) -> tuple[list[int], int]:
    rows = await database.query(
        f"SELECT r.id FROM ({_WALK}) AS r WHERE {which} ORDER BY r.id DESC LIMIT {PAGE + 1}",
        action_id,
        before,
        LOOKED_AT,
        *values,
    )
    ids = [row["id"] for row in rows]
    if len(ids) > PAGE:
        return ids[:PAGE], ids[PAGE - 1]
    last = await database.query(f"{_WALK.replace('*', 'id')} OFFSET {LOOKED_AT - 1}", action_id, before, 1)
    return ids, last[0]["id"] if last else 0


async def _corrected(ids: list[int]) -> set[int]:
    among = ", ".join(map(str, ids)) or "0"
    return {
        row["id"]
        for row in await database.query(f"SELECT r.id FROM report r WHERE r.id IN ({among}) AND r.id <> {_NEWEST}")
    }
