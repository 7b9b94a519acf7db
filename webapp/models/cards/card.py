"""A volunteer's queue: the next contact, the bucket's progress, the texts just sent (SPEC V4). One statement reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from zlib import crc32

from webapp import clock, database
from webapp.database import Row, packed
from webapp.database.packed import sql_time
from webapp.database.statements import Joined, Statement, tie
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import Action
from webapp.models.actions.script import Script
from webapp.models.assignments import start
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.zones import zones_of
from webapp.models.conversations import buckets, hours
from webapp.models.conversations.buckets import Bucket, Counter, Progress
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import UNDOABLE_SQL
from webapp.rules.contacts import contact_zones

JUST_SENT = 7
AHEAD = 2  # cards that a page holds behind the one it shows


@dataclass(frozen=True)
class Card:
    """The next contact of a queue. ``zones``: those the contact may be in. ``tags``: their names. ``texted_before``: by
    any action."""

    conversation: Conversation
    zones: tuple[str, ...]
    tags: list[str]
    texted_before: bool


@dataclass(frozen=True)
class Sent:
    """A first text out of the bucket. ``due_at``: None where Undo can't take it back any more."""

    id: int
    at: datetime
    first_name: str
    place: str
    due_at: datetime | None


@dataclass(frozen=True)
class GoneBack:
    """Contacts of a bucket that went back to the pool untexted, and that its volunteer has not got again: because time ran
    out (S8), by an admin's button (S8), or skipped twice (V4)."""

    by_time: int = 0
    by_admin: int = 0
    by_skip: int = 0


@dataclass(frozen=True)
class Queue:
    """``card``: None where nobody can be texted now. ``undoable``:
    the newest text that has not left yet, for ``undo_seconds`` more. ``mark``: of what its page shows. ``looking``: the
    next contact is not found yet; ask again."""

    card: Card | None
    progress: Progress
    just_sent: list[Sent]
    gone_back: GoneBack
    undoable: Sent | None
    undo_seconds: int
    mark: str
    looking: bool = False


async def queue_of(member: Membership, action: Action, first: int = 0, but: Sequence[int] = ()) -> Queue | None:
    """The member's queue in this action; None before the first Start. ``first``: a conversation to show before the others,
    if the member still holds it and nobody texted it. ``but``: at most AHEAD conversations whose cards the page has."""
    among, now = await start.still_held(action, member.user), clock.now()
    awake = await hours.awake_lately(action.campaign, now)
    row = await _read(member, action, first, but, among, awake)
    if row and row["v__id"] is None and not but:  # a list may have brought new zones a moment ago
        awake = await hours.open_zone_sets(action.campaign, now)
        row = await _read(member, action, first, but, among, awake)
    if row is None:
        return None
    found = await _ROW.whole(row)
    if found["v"] is None and not but:
        await buckets.settle(found["b"], clock.now())
    return await _queue(action.campaign, row, found, tuple(awake))


async def _queue(campaign: Campaign, row: Row, found: dict[str, Any], awake: tuple[int | None, ...]) -> Queue:
    sent = [_sent(*values) for values in sorted(filter(None, packed.parsed(row["sent"]) or []), reverse=True)]
    undoable, undo_seconds = undo_of(sent)
    progress = Progress.of(row)
    return Queue(
        card=await card_of(campaign, row, found),
        progress=progress,
        just_sent=sent,
        gone_back=GoneBack(**dict(packed.parsed(row["back"]) or [])),
        undoable=undoable,
        undo_seconds=undo_seconds,
        mark=mark_of(progress, awake),
    )


def mark_of(counter: Counter, awake: tuple[int | None, ...]) -> str:
    """Of the counter, and of the zone sets whose people may be texted. A page with another one shows more that is old: texts
    that came from another tab, or did not leave, and the number of people who can be texted later."""
    return f"{counter.texted}-{counter.total}-{_mark_of(awake)}"


@lru_cache(maxsize=200)
def _mark_of(awake: tuple[int | None, ...]) -> int:
    """The same in each process."""
    return crc32(repr(sorted(awake, key=str)).encode())


def undo_of(sent: Sequence[Sent]) -> tuple[Sent | None, int]:
    """The newest of these texts that Undo takes back, and for how many seconds more."""
    newest = next((one for one in sent if one.due_at), None)
    left = (newest.due_at - clock.now()).total_seconds() if newest and newest.due_at else 0.0
    return (newest, round(left)) if left > 0 else (None, 0)


def _sent(message_id: int, at: str, first_name: str, zip: str, state: str, due_at: str | None) -> Sent:
    due, place = datetime.fromisoformat(due_at) if due_at else None, contact_zones.place_of_zip(zip) or state
    return Sent(message_id, datetime.fromisoformat(at), first_name, place, due)


async def card_of(campaign: Campaign, row: Row, found: dict[str, Any]) -> Card | None:
    """``row``: with the columns `known_of_next`; ``found``: the models in it. None: there is no next contact."""
    conversation: Conversation | None = found["v"]
    if conversation is None:
        return None
    tie(conversation, contact=found["k"], script=found["s"])
    tags = packed.names(row["tags"])
    return Card(conversation, await zones_of(campaign, found["k"].zone_set_id), tags, bool(row["texted_before"]))


_ROW = Joined(b=Bucket, v=Conversation, k=Contact, kept={"s": Script})


async def _read(
    member: Membership, action: Action, first: int, but: Sequence[int], among: start.Among, awake: list[int | None]
) -> Row | None:
    text, values = _statement(member, action, first, but, among, awake)
    rows = await database.wide(text, *values)
    return rows[0] if rows else None


def _statement(
    member: Membership, action: Action, first: int, but: Sequence[int], among: start.Among, awake: list[int | None]
) -> Statement:
    """One row: the newest bucket, the next conversation (all null where there is none), and what the page says besides."""
    since = sql_time(hours.locked_since(action.campaign, clock.now()))
    wanted = [first, member.user_id] if first else []
    passed_over = always_as_many(but) if but else []
    listed = None if among is None else tuple(among)
    text = _sql(database.dialect(), tuple(awake), listed, bool(first), len(passed_over))
    values = [action.id, member.user_id, since, *wanted, member.user_id, action.id, since]
    return text, values + passed_over


@lru_cache(maxsize=200)
def _sql(_: str, awake: tuple[int | None, ...], among: tuple[int, ...] | None, first: bool, but: int) -> str:
    """The same text each time: both drivers look up by it what they prepared. Of each dialect, since its words differ."""
    zones = list(awake)
    following = start.next_sql(zones, None if among is None else list(among), but)
    if first:
        following = (
            "COALESCE((SELECT f.id FROM conversation f WHERE f.id = ? AND f.user_id + 0 = ? AND f.texted_at IS NULL),"
            f" ({following}))"
        )
    return (
        "WITH b AS (SELECT * FROM bucket WHERE action_id = ? AND user_id = ? ORDER BY id DESC LIMIT 1),"
        f" {buckets.standing('(SELECT id FROM b)')},"
        f" stand AS (SELECT {buckets.stand_columns(zones)} FROM mine v)"
        f" SELECT {_ROW.columns}, stand.*, {known_of_next()}, {_sent_sql()}, {_BACK.format(packed.listed('g.why', 'g.people'))}"
        f" FROM b CROSS JOIN stand LEFT JOIN conversation v ON v.id = ({following})"
        " LEFT JOIN contact k ON k.id = v.contact_id LEFT JOIN script s ON s.id = v.script_id"
    )


def always_as_many(ahead: Sequence[int]) -> list[int]:
    """AHEAD ids, so that the statement's text is the same for each deck. No conversation has the id 0."""
    return [*ahead, *[0] * (AHEAD - len(ahead))]


def known_of_next() -> str:
    """Columns of the next contact ``k``, which `card_of` reads."""
    return (
        f"(SELECT {packed.listed('t.display_order', 't.id', 't.name')} FROM contact_tag p JOIN tag t ON t.id = p.tag_id"
        " WHERE p.contact_id = k.id) AS tags,"
        " (SELECT 1 FROM message m WHERE m.contact_id = k.id AND m.direction = 'out' AND m.status = 'taken' LIMIT 1)"
        " IS NOT NULL AS texted_before"
    )


_DUE = f"CASE WHEN {UNDOABLE_SQL} THEN m.due_at END"


def _sent_sql() -> str:
    """The newest first texts out of the bucket, and their contacts."""
    shown = packed.array("m.id", "m.created_at", "c.first_name", "c.zip", "c.state_abbrev", _DUE)
    text = (
        f"SELECT {shown} FROM message m JOIN contact c ON c.id = m.contact_id WHERE m.conversation_id = l.id AND m.kind = 'initial'"
        " AND m.user_id = b.user_id AND m.status NOT IN ('cancelled', 'refused') LIMIT 1"
    )
    newest = f"SELECT id FROM mine WHERE texted_at IS NOT NULL ORDER BY texted_at DESC LIMIT {JUST_SENT}"
    return f"(SELECT {packed.each(text)} FROM ({newest}) AS l) AS sent"


# A conversation is looked at by a subselect: for a join PostgreSQL may read all there are
_BACK = (
    "(SELECT {} FROM (SELECT CASE WHEN e.how = 'skip' THEN 'by_skip' WHEN e.by_user_id IS NULL THEN 'by_time'"
    " ELSE 'by_admin' END AS why, COUNT(DISTINCT e.conversation_id) AS people FROM assignment_event e"
    " WHERE e.from_user_id = b.user_id AND e.how IN ('return', 'skip') AND e.at >= b.started_at AND"
    " (SELECT w.action_id = b.action_id AND COALESCE(w.bucket_id, 0) <> b.id FROM conversation w WHERE w.id = e.conversation_id)"
    " GROUP BY 1) AS g) AS back"
)
