"""Who is in an action: on one of its lists, and not left out by a list, a tag or a field (SPEC A1). Live.

A conversation of someone who is not in it is closed with NOT_LISTED until they are; who was clicked stays.
"""

from __future__ import annotations

from dataclasses import dataclass

from webapp import clock, database
from webapp.database import packed, transactional
from webapp.database.packed import sql_time
from webapp.models import tallies
from webapp.models.contacts import many_at_once
from webapp.rules import errors
from webapp.rules.contacts.contact_filter import MANY

SLICE = 1_000  # conversations a transaction


def is_in(action: str, contact: str) -> str:
    """SQL that is true where the contact is in the action; both are expressions of ours, never of a request."""
    return f"({_listed(action, contact)} AND NOT {left_out(action, contact)})"


def _listed(action: str, contact: str) -> str:
    return (
        "EXISTS (SELECT 1 FROM action_list al JOIN list_membership lm ON lm.contact_list_id = al.contact_list_id"
        f" WHERE al.action_id = {action} AND lm.contact_id = {contact})"
    )


def left_out(action: str, contact: str) -> str:
    """SQL that is true where the action leaves this contact out."""
    by_list = (
        "EXISTS (SELECT 1 FROM list_membership xl WHERE xl.contact_list_id = x.contact_list_id"
        f" AND xl.contact_id = {contact})"
    )
    by_tag = f"EXISTS (SELECT 1 FROM contact_tag xt WHERE xt.tag_id = x.tag_id AND xt.contact_id = {contact})"
    by_field = (
        f"EXISTS (SELECT 1 FROM field_value xf WHERE xf.field_id = x.field_id AND xf.contact_id = {contact}"
        " AND lower(xf.value) = lower(x.value))"
    )
    return f"EXISTS (SELECT 1 FROM action_exclusion x WHERE x.action_id = {action} AND ({by_list} OR {by_tag} OR {by_field}))"


_IS_IN = is_in("conversation.action_id", "conversation.contact_id")

_NEVER_TEXTED = f"""(SELECT CASE WHEN c.opted_out_at IS NOT NULL THEN {errors.OPTED_OUT}
 WHEN c.blocked_at IS NOT NULL THEN {errors.BLOCKED} WHEN c.landline_until > {{now}} THEN {errors.LANDLINE} END
 FROM contact c WHERE c.id = conversation.contact_id)"""


@transactional
async def follow(contact_ids: list[int], action_id: int | None = None) -> int:
    """Something about these people changed: who is in no action's audience any more is closed there, who is again is
    open again. Returns how many were closed."""
    if not contact_ids:
        return 0
    which = f"{packed.among('contact_id')} AND texted_at IS NULL" + (
        f" AND action_id = {int(action_id)}" if action_id else ""
    )
    ids = packed.values(contact_ids)
    await many_at_once.lock_contacts(contact_ids)  # two changes to one person see each other
    await many_at_once.lock_conversations(contact_ids)
    gone = await database.query(
        f"UPDATE conversation SET closed_code = {errors.NOT_LISTED} WHERE {which} AND closed_code IS NULL AND NOT {_IS_IN}"
        " RETURNING action_id, user_id",
        ids,
    )
    back = await database.query(
        f"UPDATE conversation SET closed_code = {_NEVER_TEXTED.format(now=packed.mark('timestamptz'))}"
        f" WHERE {which} AND closed_code = {errors.NOT_LISTED} AND {_IS_IN} RETURNING action_id, user_id, closed_code",
        sql_time(clock.now()),
        ids,
    )
    for row in gone:
        tallies.add(row["action_id"], row["user_id"], {"remaining": -1})
    for row in back:
        tallies.add(row["action_id"], row["user_id"], {"remaining": int(row["closed_code"] is None)})
    return len(gone)


async def follow_tag(contact_ids: list[int], tag_id: int) -> None:
    """The tag was set or taken: actions that leave it out take notice."""
    if await database.query("SELECT 1 AS one FROM action_exclusion WHERE tag_id = ? LIMIT 1", tag_id):
        await follow(contact_ids)


async def follow_field(contact_ids: list[int], field_id: int) -> None:
    if await database.query("SELECT 1 AS one FROM action_exclusion WHERE field_id = ? LIMIT 1", field_id):
        await follow(contact_ids)


@transactional
async def changed(action_id: int) -> None:
    """The action's lists or leave-outs changed. Everyone is looked at anew, the first now, the rest by a job; until it
    is done Start and the next card look for themselves."""
    await database.query("UPDATE action SET audience_cursor = 0 WHERE id = ?", action_id)
    await apply(action_id)


@transactional
async def apply(action_id: int) -> bool:
    """Looks at a slice of the action's conversations; True where there are more."""
    [action] = await database.query(f"SELECT audience_cursor FROM action WHERE id = ?{packed.for_update()}", action_id)
    if action["audience_cursor"] is None:
        return False
    rows = await database.query(
        "SELECT contact_id FROM conversation WHERE action_id = ? AND contact_id > ? ORDER BY contact_id LIMIT ?",
        action_id,
        action["audience_cursor"],
        SLICE,
    )
    await follow([row["contact_id"] for row in rows], action_id)
    cursor = rows[-1]["contact_id"] if len(rows) == SLICE else None
    await database.query(f"UPDATE action SET audience_cursor = {packed.mark('bigint')} WHERE id = ?", cursor, action_id)
    return cursor is not None


async def unfinished() -> list[int]:
    """Actions whose audience is still being looked at; the sweep goes on with them."""
    rows = await database.query("SELECT id FROM action WHERE audience_cursor IS NOT NULL")
    return [row["id"] for row in rows]


@dataclass(frozen=True)
class Chosen:
    """Ids of the lists whose people are texted, and of the lists and tags that leave some of them out; ``values``: pairs of
    field id and value that leave people out too."""

    lists: list[int]
    out_lists: list[int]
    out_tags: list[int]
    values: list[tuple[int, str]]


async def chosen(action_id: int) -> Chosen:
    """As stored."""
    lists = await database.query("SELECT contact_list_id AS id FROM action_list WHERE action_id = ?", action_id)
    out = await database.query(
        "SELECT contact_list_id, tag_id, field_id, value FROM action_exclusion WHERE action_id = ?", action_id
    )
    return Chosen(
        [row["id"] for row in lists],
        [row["contact_list_id"] for row in out if row["contact_list_id"]],
        [row["tag_id"] for row in out if row["tag_id"]],
        [(row["field_id"], row["value"]) for row in out if row["field_id"]],
    )


async def of_action(action_id: int) -> tuple[int, int]:
    """People on the action's lists, each counted once, and how many of them are left out."""
    its = await chosen(action_id)
    return await counted(its.lists, its.out_lists, its.out_tags, its.values, exactly=True)


async def counted(
    lists: list[int], out_lists: list[int], out_tags: list[int], values: list[tuple[int, str]], exactly: bool = False
) -> tuple[int, int]:
    """People on these lists, and how many of them would be left out; each up to MANY and one more, or ``exactly``.
    Led by who is left out, who are few: the lists may be long."""
    listed = f"SELECT DISTINCT l.contact_id AS id FROM list_membership l WHERE l.contact_list_id IN {_among(lists)}"
    if len(lists) == 1:
        listed = listed.replace("DISTINCT ", "")
    out = [f"SELECT x.contact_id AS id FROM list_membership x WHERE x.contact_list_id IN {_among(out_lists)}"]
    out.append(f"SELECT t.contact_id AS id FROM contact_tag t WHERE t.tag_id IN {_among(out_tags)}")
    texts: list[str] = []
    for field_id, value in values:
        out.append(
            f"SELECT f.contact_id AS id FROM field_value f WHERE f.field_id = {int(field_id)}"
            " AND lower(substr(f.value, 1, 60)) = lower(substr(?, 1, 60)) AND lower(f.value) = lower(?)"
        )
        texts += [value, value]
    on = f"EXISTS (SELECT 1 FROM list_membership l WHERE l.contact_id = o.id AND l.contact_list_id IN {_among(lists)})"
    gone = f"SELECT DISTINCT o.id FROM ({' UNION ALL '.join(out)}) AS o WHERE {on}"
    return await _count(listed, exactly), await _count(gone, exactly, *texts)


async def _count(rows: str, exactly: bool, *values: str) -> int:
    limit = "" if exactly else f" LIMIT {MANY + 1}"
    text = f"SELECT COUNT(*) AS n FROM ({rows}{limit}) AS found"
    return int((await database.query(text, *values))[0]["n"])


def _among(ids: list[int]) -> str:
    return f"({', '.join(str(int(n)) for n in ids) or '0'})"
