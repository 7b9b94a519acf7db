"""The contacts of an action who may be texted, in order of their ids, in windows. Reads the action's lists by id, so
that the time depends on their size, not the campaign's."""

from __future__ import annotations

from dataclasses import dataclass

from webapp import clock, database
from webapp.database import packed
from webapp.database.packed import sql_time
from webapp.models.actions import audience
from webapp.models.actions.action import Action
from webapp.models.contacts.contact import Contact, never_texted_sql

STEP, MOST = 100, 20_000  # size of the first and of the largest window in which a neighbour is searched


@dataclass(frozen=True)
class Window:
    """``ids``: contacts who may be texted. ``through``: the window's last contact. ``last``: no contact comes after
    it."""

    ids: list[int]
    through: int
    last: bool


async def window(action: Action, after: int, size: int, backwards: bool = False) -> Window:
    """The next ``size`` contacts of the action's lists after a contact, without those excluded, opted out, blocked or
    on a landline."""
    sign, order = ("<", "DESC") if backwards else (">", "ASC")
    lists = await database.query("SELECT contact_list_id AS id FROM action_list WHERE action_id = ?", action.id)
    found: set[int] = set()
    for row in lists:
        places = await database.query(
            f"SELECT contact_id FROM list_membership WHERE contact_list_id = ? AND contact_id {sign} ?"
            f" ORDER BY contact_id {order} LIMIT ?",
            row["id"],
            after,
            size,
        )
        found |= {place["contact_id"] for place in places}
    part = sorted(found, reverse=backwards)[:size]
    textable = set(await _textable(action, part)) if part else set()
    return Window([n for n in part if n in textable], part[-1] if part else after, len(part) < size)


async def _textable(action: Action, ids: list[int]) -> list[int]:
    rows = await database.query(
        f"SELECT c.id FROM contact c WHERE {packed.among('c.id')}"
        f" AND {never_texted_sql('c', packed.mark('timestamptz'))} IS NULL"
        f" AND NOT {audience.left_out(str(int(action.id)), 'c.id')}",
        packed.values(ids),
        sql_time(clock.now()),
    )
    return [row["id"] for row in rows]


async def neighbour(action: Action, contact_id: int, backwards: bool = False) -> Contact | None:
    """The next contact, or the one before; after the last comes the first. None where nobody may be texted."""
    ends = (contact_id, 2**62 if backwards else 0)
    for start in ends:
        found = await _first(action, start, backwards)
        if found:
            return await Contact.get(id=found)
    return None


async def _first(action: Action, after: int, backwards: bool) -> int | None:
    size = STEP
    part = await window(action, after, size, backwards)
    while not part.ids and not part.last and size < MOST:
        size *= 4
        part = await window(action, part.through, size, backwards)
    return part.ids[0] if part.ids else None
