"""An action's audience: contacts on one of its lists whom no list, tag or field leaves out (SPEC A1).

It is live, and so is what their texts can be filled with (gaps.py). Every unsent conversation of a contact outside of it is
closed with NOT_LISTED, and reopened when the contact is back in it. A conversation whose first text was clicked stays.
"""

from __future__ import annotations

from dataclasses import dataclass

from webapp import clock, database
from webapp.database import packed, transactional
from webapp.database.packed import sql_time
from webapp.models import kept_counts, tallies
from webapp.models.actions import gaps
from webapp.models.actions.action import DRAFT, Action
from webapp.models.contacts import many_at_once
from webapp.models.contacts.contact import never_texted_sql
from webapp.rules import errors
from webapp.rules.contacts.contact_filter import MANY as MANY

SLICE = 1_000  # conversations a transaction


def is_in(action: str, contact: str) -> str:
    """SQL that is true where the contact is in the action's audience. Both are SQL expressions, never text of a request."""
    return f"({_listed(action, contact)} AND NOT {left_out(action, contact)})"


def _listed(action: str, contact: str) -> str:
    return (
        "EXISTS (SELECT 1 FROM action_list al JOIN list_membership lm ON lm.contact_list_id = al.contact_list_id"
        f" WHERE al.action_id = {action} AND lm.contact_id = {contact})"
    )


def left_out(action: str, contact: str) -> str:
    """SQL that is true where the action leaves the contact out, on a list or not."""
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


# People who signed up by an opt-in form are in its conversation, on a list or not (B2)
_IS_IN = (
    f"({is_in('conversation.action_id', 'conversation.contact_id')}"
    " OR EXISTS (SELECT 1 FROM action oi WHERE oi.id = conversation.action_id AND oi.of_opt_in))"
)


@transactional
async def sync_conversations(contact_ids: list[int], action_id: int | None = None, new_values: bool = False) -> int:
    """Closes unsent conversations of contacts no longer in the audience, or who lack a value that their text needs; reopens
    those back in it, or with the value. In all actions, or in one. ``new_values``: their data or fields changed. Call it after any change to these contacts' lists,
    tags, fields or data. Returns how many it closed."""
    if not contact_ids:
        return 0
    unsent = f"{packed.among('contact_id')} AND texted_at IS NULL" + (
        f" AND action_id = {int(action_id)}" if action_id else ""
    )
    ids = packed.values(contact_ids)
    await many_at_once.lock_contacts(contact_ids)  # of two changes to one contact, the second sees the first
    await many_at_once.lock_conversations(contact_ids)
    needed = await gaps.needs(contact_ids[0], action_id)
    await gaps.open_filled(needed, contact_ids, new_values)
    closed = await database.query(
        f"UPDATE conversation SET closed_code = {errors.NOT_LISTED} WHERE {unsent} AND closed_code IS NULL AND NOT {_IS_IN}"
        " RETURNING action_id, user_id",
        ids,
    )
    code = never_texted_sql("c", packed.mark("timestamptz"))
    reopened = await database.query(
        f"UPDATE conversation SET closed_code = (SELECT {code} FROM contact c WHERE c.id = conversation.contact_id)"
        f" WHERE {unsent} AND closed_code = {errors.NOT_LISTED} AND {_IS_IN} RETURNING id, action_id, user_id, closed_code",
        sql_time(clock.now()),
        ids,
    )
    tallies.closed(closed)
    await tallies.reopened(reopened)
    return len(closed) + await gaps.close_lacking(needed, contact_ids)


async def sync_after_tag(contact_ids: list[int], tag_id: int) -> None:
    """Call it after the tag was set on these contacts or removed. Does nothing where no action leaves out people with
    the tag."""
    if await database.query("SELECT 1 AS one FROM action_exclusion WHERE tag_id = ? LIMIT 1", tag_id):
        await sync_conversations(contact_ids)


async def sync_after_field(contact_ids: list[int], field_id: int) -> None:
    """Call it after the field changed on these contacts. Does nothing where no action leaves out people by this field
    and no first text uses it."""
    named = (
        "SELECT 1 AS one FROM custom_field f JOIN action a ON a.campaign_id = f.campaign_id JOIN script s ON s.action_id = a.id"
        " WHERE f.id = ? AND a.archived_at IS NULL AND s.archived_at IS NULL AND s.kind = 'initial'"
        " AND lower(replace(s.body, ' ', '')) LIKE '%' || f.slug || '%'"
    )
    left_out = "SELECT 1 AS one FROM action_exclusion WHERE field_id = ?"
    if await database.query(f"{left_out} UNION ALL {named} LIMIT 1", field_id, field_id):
        await sync_conversations(contact_ids, new_values=True)


@transactional
async def changed(action_id: int) -> None:
    """Call it after a change to the action's lists or leave-outs, with no conversation locked. Syncs the first slice of its conversations now; a job
    syncs the rest. Until it has, Start and the next card sync the conversations they are about to show."""
    await look_again(action_id)
    await sync_slice(action_id)


async def look_again(action_id: int) -> None:
    """As `changed`, for a transaction that locks conversations: nothing is synced now, since a contact is locked before its
    conversations everywhere."""
    await database.query("UPDATE action SET audience_cursor = 0 WHERE id = ?", action_id)


@transactional
async def sync_slice(action_id: int) -> bool:
    """Syncs the next SLICE of the action's conversations. True where more are left."""
    [action] = await database.query(f"SELECT audience_cursor FROM action WHERE id = ?{packed.for_update()}", action_id)
    if action["audience_cursor"] is None:
        return False
    rows = await database.query(
        "SELECT contact_id FROM conversation WHERE action_id = ? AND contact_id > ? ORDER BY contact_id LIMIT ?",
        action_id,
        action["audience_cursor"],
        SLICE,
    )
    await sync_conversations([row["contact_id"] for row in rows], action_id)
    cursor = rows[-1]["contact_id"] if len(rows) == SLICE else None
    await database.query(f"UPDATE action SET audience_cursor = {packed.mark('bigint')} WHERE id = ?", cursor, action_id)
    return cursor is not None


async def unfinished() -> list[int]:
    """Actions with slices left to sync: the sweep goes on with them."""
    rows = await database.query("SELECT id FROM action WHERE audience_cursor IS NOT NULL")
    return [row["id"] for row in rows]


@dataclass(frozen=True)
class Chosen:
    """Ids of the lists whose people are texted, and of the lists and tags that leave people out. ``values``: pairs of
    field id and value that leave people out too."""

    lists: list[int]
    out_lists: list[int]
    out_tags: list[int]
    values: list[tuple[int, str]]


async def chosen(action_id: int) -> Chosen:
    """The choice as stored."""
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


@dataclass(frozen=True)
class Numbers:
    """``to_text``: people who get a first text if nothing changes. For a draft that includes people whose text can't be
    filled, since only publishing gives each a script; the page counts those apart. ``left_out`` by lists, tags and
    values; ``barred``: opted out, blocked or on a landline."""

    to_text: int
    left_out: int
    barred: int


async def numbers(action: Action) -> Numbers:
    """Of a published action, ``to_text`` is what Results call Messages Remaining."""
    people, out = await of_action(action.id)
    barred = await _barred(action)
    if action.state != DRAFT:
        return Numbers((await kept_counts.totals(action.id))["remaining"], out, barred)
    return Numbers(people - out - barred, out, barred)


async def _barred(action: Action) -> int:
    """Starts from the contacts who may not be texted, since they are few and the index contact_barred lists them."""
    [row] = await database.query(
        "SELECT COUNT(*) AS n FROM contact c WHERE c.campaign_id = ?"
        " AND (c.opted_out_at IS NOT NULL OR c.blocked_at IS NOT NULL OR c.landline_until IS NOT NULL)"
        f" AND {never_texted_sql('c', packed.mark('timestamptz'))} IS NOT NULL AND {is_in(str(int(action.id)), 'c.id')}",
        action.campaign_id,
        sql_time(clock.now()),
    )
    return int(row["n"])


async def counted(
    lists: list[int], out_lists: list[int], out_tags: list[int], values: list[tuple[int, str]], exactly: bool = False
) -> tuple[int, int]:
    """The number of people on these lists, and how many of them would be left out. Counting stops at MANY + 1, unless
    ``exactly``. The second count starts from the left-out people, who are few, not from the lists, which may be
    long."""
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
