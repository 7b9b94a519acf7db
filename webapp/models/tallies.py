"""Kept counts: one row per action and user (0 stands for the pool), so that no page counts messages.

A transaction that changes what is counted moves the counts with it, as its last statements and in id order, so that
nothing deadlocks. A test and `textbank doctor` compare them with a recount of all rows.
"""

from __future__ import annotations

import contextlib
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from typing import Any, Protocol

from tortoise import fields
from tortoise.models import Model

from webapp import database
from webapp.database import packed
from webapp.database.statements import Statement, columns

COLUMNS = (
    "remaining",
    "needs_attention",
    "unread",
    "replied",
    "reported",
    "opt_outs",
    "initials",
    "follow_ups",
    "responses",
    "twilio_errors",
    "carrier_filtering",
    "safeguards",
    "reports",
    "performs",
    "link_clicks",
)


class Tally(Model):
    id = fields.IntField(primary_key=True)
    action_id = fields.IntField()
    user_id = fields.IntField(default=0)
    remaining = fields.IntField(default=0)
    needs_attention = fields.IntField(default=0)
    unread = fields.IntField(default=0)
    replied = fields.IntField(default=0)
    reported = fields.IntField(default=0)
    opt_outs = fields.IntField(default=0)
    initials = fields.IntField(default=0)
    follow_ups = fields.IntField(default=0)
    responses = fields.IntField(default=0)
    twilio_errors = fields.IntField(default=0)
    carrier_filtering = fields.IntField(default=0)
    safeguards = fields.IntField(default=0)
    reports = fields.IntField(default=0)
    performs = fields.IntField(default=0)
    link_clicks = fields.IntField(default=0, db_default=0)

    class Meta:
        table = "tally"


class SafeguardHit(Model):
    """A conversation that one of our safeguards kept from a text; once per code, however often it refused (R2)."""

    id = fields.BigIntField(primary_key=True)
    action_id = fields.IntField()
    conversation_id = fields.BigIntField()
    code = fields.IntField()

    class Meta:
        table = "safeguard_hit"


class Counted(Protocol):
    """A conversation or a message: ``counts`` is what the row adds to the tally of its action and user."""

    action_id: Any
    user_id: Any

    def counts(self) -> Counter[str]: ...


@contextlib.asynccontextmanager
async def moving(row: Any) -> AsyncIterator[None]:
    """Around changes to one row: moves its counts, then saves the columns that changed. The row is locked."""
    with counting(row) as changed:
        yield
    if changed:
        await row.save(update_fields=changed)


@contextlib.contextmanager
def counting(row: Any) -> Iterator[list[str]]:
    """Like `moving`, but the caller saves. Yields a list; afterwards it holds the names of the changed columns."""
    changed: list[str] = []
    model: type[Model] = type(row)
    before = {name: getattr(row, name) for name in columns(model)}
    action_id, user_id, counts = row.action_id, row.user_id, row.counts()
    yield changed
    add(action_id, user_id, counts, -1)
    count_new(row)
    changed += [name for name, value in before.items() if getattr(row, name) != value]


def count_new(row: Counted) -> None:
    """Adds what a new row counts for."""
    add(row.action_id, row.user_id, row.counts())


def add(action_id: int | None, user_id: int | None, counts: Mapping[str, int], sign: int = 1) -> None:
    """Adds to a tally (``sign`` -1: takes away) when the current transaction ends."""
    if action_id is None:
        return
    row = _moves()[(action_id, user_id or 0)]
    for name, number in counts.items():
        row[name] += sign * number


async def hit(action_id: int, conversation_id: int, code: int) -> None:
    """Records a safeguard's refusal, once per conversation and code."""
    await hits([(action_id, conversation_id)], code)


async def hits(where: list[tuple[int, int]], code: int) -> None:
    """Records the refusal of many: (action, conversation) each."""
    if not where:
        return
    new = await database.query(
        f"INSERT INTO safeguard_hit (action_id, conversation_id, code) SELECT r.action_id, r.conversation_id, {packed.mark('integer')}"
        f" FROM {packed.table('action_id', 'conversation_id')} WHERE true ON CONFLICT (conversation_id, code) DO NOTHING RETURNING action_id",
        code,
        packed.rows({"action_id": action, "conversation_id": conversation} for action, conversation in where),
    )
    for row in new:
        add(row["action_id"], 0, {"safeguards": 1})


async def take_hits(conversation_ids: list[int], codes: tuple[int, ...]) -> None:
    """Forgets the refusals of these codes: what caused them is mended, and the conversations are open again."""
    if not conversation_ids:
        return
    gone = await database.query(
        f"DELETE FROM safeguard_hit WHERE {packed.among('conversation_id')}"
        f" AND code IN ({', '.join(str(int(code)) for code in codes)}) RETURNING action_id",
        packed.values(conversation_ids),
    )
    for row in gone:
        add(row["action_id"], 0, {"safeguards": -1})


def _moves() -> dict[tuple[int, int], Counter[str]]:
    work = database.work()
    if "tallies" not in work.kept:
        work.kept["tallies"] = defaultdict(Counter)
        work.last.append(_apply)
    moves: dict[tuple[int, int], Counter[str]] = work.kept["tallies"]
    return moves


async def _apply() -> None:
    for text, values in due():
        await database.query(text, *values)


def due() -> list[Statement]:
    """The current transaction's moves as statements, in id order. The caller runs them."""
    moves = _moves()
    statements = [_move(action_id, user_id, counts) for (action_id, user_id), counts in sorted(moves.items())]
    moves.clear()
    return [statement for statement in statements if statement]


def _move(action_id: int, user_id: int, counts: Mapping[str, int]) -> Statement | None:
    changed = {name: number for name, number in counts.items() if number}
    if not changed:
        return None
    names = list(changed)  # from COLUMNS, never from a request
    others = [name for name in COLUMNS if name not in changed]
    columns = ", ".join(["action_id", "user_id", *names, *others])
    values = ", ".join(["?"] * (2 + len(names)) + ["0"] * len(others))
    updates = ", ".join(f"{name} = tally.{name} + excluded.{name}" for name in names)
    text = f"INSERT INTO tally ({columns}) VALUES ({values}) ON CONFLICT (action_id, user_id) DO UPDATE SET {updates}"
    return text, [action_id, user_id, *changed.values()]


async def totals(action_id: int) -> Counter[str]:
    """An action's counts, summed over all users and the pool."""
    return (await totals_of([action_id]))[action_id]


async def totals_of(action_ids: Iterable[int]) -> dict[int, Counter[str]]:
    """Action -> its counts, summed over all users and the pool. One query."""
    ids = [int(n) for n in action_ids]
    sums = ", ".join(f"SUM({name}) AS {name}" for name in COLUMNS)
    among = ", ".join(map(str, ids)) or "0"
    rows = await database.query(f"SELECT action_id, {sums} FROM tally WHERE action_id IN ({among}) GROUP BY action_id")
    found = {row["action_id"]: Counter({name: int(row[name]) for name in COLUMNS}) for row in rows}
    return {n: found.get(n, Counter()) for n in ids}


async def of_user(action_id: int, user_id: int) -> Counter[str]:
    """One user's counts in an action."""
    row = await Tally.get_or_none(action_id=action_id, user_id=user_id)
    return Counter({name: getattr(row, name) for name in COLUMNS} if row else {})
