"""The people of an action who may be texted, in order of their ids, a window at a time: by list and id, so that a small
list of a large campaign is a small matter."""

from __future__ import annotations

from dataclasses import dataclass

from webapp import clock, database
from webapp.database import packed
from webapp.database.packed import sql_time
from webapp.models.actions import audience
from webapp.models.actions.action import Action
from webapp.models.contacts.contact import Contact, never_texted_sql

STEP, MOST = 100, 20_000  # places looked at for somebody's neighbour: at first, and at most


@dataclass(frozen=True)
class Window:
    """``ids``: those who may be texted. ``through``: the last contact looked at. ``last``: nobody comes after."""

    ids: list[int]
    through: int
    last: bool


async def window(action: Action, after: int, size: int, backwards: bool = False) -> Window:
    """The next ``size`` places of the action's lists past a contact, less those who are left out, have opted out, are
    blocked or have a landline."""
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
    """Who comes next, or before; after the last one the first again. None where there is nobody."""
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
