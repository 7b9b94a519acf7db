"""Changes the kept counts (kept_counts.py), so that no page counts messages. A row is of one action and one user (0: the pool);
rows for scripts by version, for codes and for answers in reports are too. So two volunteers never lock the same row.

A transaction that changes something counted changes the counts too, as its last statements and in the order of their keys,
so that nothing deadlocks. A test and `textbank doctor` compare them with a recount of all rows.
"""

from __future__ import annotations

import contextlib
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any, Protocol

from tortoise.models import Model

from webapp import database
from webapp.database import packed
from webapp.database.statements import Statement, columns, together
from webapp.models import hourly, tally_sql
from webapp.models.committed import Committed
from webapp.models.deliveries import DELIVERED, KEY, TEXTS, Delivery
from webapp.models.kept_counts import FIELD, SCRIPT_COLUMNS, TAG, Added, Name, of_code

AT_ONCE = 4  # statements in one round trip
_Sums = dict[tuple[Any, ...], Counter[str]]  # key of a row -> its columns
_Moves = dict[tuple[int, int], dict[Name, int]]  # (action, user) -> by how much each count moves
moved = Committed("actions whose counts moved")


class Counted(Protocol):
    """A conversation or a message: ``counts`` is what the row adds to the tally of its action and user."""

    action_id: Any
    user_id: Any

    def counts(self) -> Added: ...


@contextlib.asynccontextmanager
async def moving(row: Any) -> AsyncIterator[None]:
    """Around changes to one row: moves its counts, then saves the columns that changed. The row is locked."""
    with counting(row) as changed:
        yield
    if changed:
        await row.save(update_fields=changed)


@contextlib.contextmanager
def counting(row: Any, alike: int = 1) -> Iterator[list[str]]:
    """Like `moving`, but the caller saves. Yields a list, which afterwards holds the names of the changed columns. ``alike``: the
    number of rows with the same counts before and after; ``row`` stands for all of them."""
    changed: list[str] = []
    model: type[Model] = type(row)
    before, now = dict(row.__dict__), row.__dict__  # has every column
    action_id, user_id, counts = row.action_id, row.user_id, row.counts()
    yield changed
    add(action_id, user_id, counts, -alike)
    count_new(row, alike)
    changed += [name for name in columns(model) if now[name] != before[name]]


def count_new(row: Counted, alike: int = 1) -> None:
    """Adds the counts of a new row."""
    add(row.action_id, row.user_id, row.counts(), alike)


def uncount(row: Counted) -> None:
    """Takes away the counts of a row that no longer counts."""
    add(row.action_id, row.user_id, row.counts(), -1)


def add(action_id: int | None, user_id: int | None, counts: Mapping[Any, int], times: int = 1) -> None:
    """Adds the counts to a tally when the current transaction ends, ``times`` over; -1 takes them away."""
    if action_id is None:
        return
    row = _moves()[(action_id, user_id or 0)]
    moved.note(action_id)
    for name, number in counts.items():
        if number:
            row[name] += times * number


async def hit(action_id: int, conversation_id: int, code: int) -> None:
    """Records a safeguard's refusal, once per conversation and code."""
    await hits([(action_id, conversation_id)], code)


async def hits(where: list[tuple[int, int]], code: int) -> None:
    """Records the refusal of many conversations. ``where``: (action, conversation) of each."""
    if not where:
        return
    new = await database.query(
        "INSERT INTO safeguard_hit (action_id, conversation_id, contact_id, code)"
        " SELECT r.action_id, r.conversation_id, (SELECT v.contact_id FROM conversation v WHERE v.id = r.conversation_id),"
        f" {packed.mark('integer')} FROM {packed.table('action_id', 'conversation_id')}"
        " WHERE true ON CONFLICT (conversation_id, code) DO NOTHING RETURNING action_id",
        code,
        packed.rows({"action_id": action, "conversation_id": conversation} for action, conversation in where),
    )
    for row in new:
        add(row["action_id"], 0, {"safeguards": 1, of_code(code): 1})


async def take_hits(conversation_ids: list[int], codes: tuple[int, ...]) -> None:
    """Forgets the refusals of these codes: their cause is fixed, and the conversations are open again. A text that the
    worker refused stays counted."""
    if not conversation_ids:
        return
    gone = await database.query(
        f"DELETE FROM safeguard_hit WHERE {packed.among('conversation_id')}"
        f" AND code IN ({', '.join(str(int(code)) for code in codes)}) AND NOT EXISTS (SELECT 1 FROM message m"
        " WHERE m.conversation_id = safeguard_hit.conversation_id AND m.status = 'refused' AND m.error_code = safeguard_hit.code)"
        " RETURNING action_id, code",
        packed.values(conversation_ids),
    )
    for row in gone:
        add(row["action_id"], 0, {"safeguards": -1, of_code(row["code"]): -1})


def closed(rows: list[dict[str, Any]]) -> None:
    """Conversations without a first text that were open and are closed: their action_id and user_id."""
    for row in rows:
        add(row["action_id"], row["user_id"], {"remaining": -1})


async def reopened(rows: list[dict[str, Any]]) -> None:
    """Conversations that are open again, or closed with another code: their id, action_id, user_id and closed_code."""
    for row in rows:
        add(row["action_id"], row["user_id"], {"remaining": int(row["closed_code"] is None)})
    for code in sorted({row["closed_code"] for row in rows if row["closed_code"]}):
        await hits([(row["action_id"], row["id"]) for row in rows if row["closed_code"] == code], code)


def come_first() -> None:
    """From now on, work put off to the end of this transaction runs after its counts are written."""
    _moves()


def _moves() -> _Moves:
    work = database.work()
    if "tallies" not in work.kept:
        work.kept["tallies"] = defaultdict(lambda: defaultdict(int))
        work.last.append(_apply)
    moves: _Moves = work.kept["tallies"]
    return moves


async def _apply() -> None:
    """Writes up to AT_ONCE statements in one round trip on PostgreSQL."""
    statements = due()
    if 1 < len(statements) <= AT_ONCE and database.dialect() == "postgres":
        await together(("SELECT 1 AS one", []), *statements)
        return
    for text, values in statements:
        await database.query(text, *values)


def due() -> list[Statement]:
    """The statements that write the counts of the current transaction; the caller runs them. Counts of users come first, then of
    scripts, codes, answers, hours and deliveries, each in the order of their keys."""
    moves = _moves()
    if not moves:
        return []
    deliveries = _of_deliveries(moves)
    users: list[Statement | None] = []
    codes: list[list[Any]] = []
    answers: list[list[Any]] = []
    scripts, hours = _sums(), _sums()
    for (action_id, user_id), counts in sorted(moves.items()):
        users.append(tally_sql.move(action_id, user_id, {n: v for n, v in counts.items() if v and isinstance(n, str)}))
        for (column, key, version), number in sorted((n, v) for n, v in counts.items() if v and isinstance(n, tuple)):
            if column == "code":
                codes.append([action_id, user_id, key, number])
            elif column in (TAG, FIELD):
                answers.append([action_id, user_id, column, key, version, number])
            elif column in hourly.NAMES:
                hours[(action_id, user_id, key)][hourly.NAMES[column]] += number
            else:
                scripts[(action_id, user_id, key, version)][column] += number
    moves.clear()
    by_script, found = "action_id, user_id, script_id, version", users
    found += tally_sql.many("script_tally", by_script, SCRIPT_COLUMNS, _rows(scripts, SCRIPT_COLUMNS))
    found += tally_sql.many("code_tally", "action_id, user_id, code", ("number",), codes)
    found += tally_sql.many("answer_tally", "action_id, user_id, kind, name, value", ("number",), answers)
    found += tally_sql.many("hour_tally", "action_id, user_id, hour", hourly.COLUMNS, _rows(hours, hourly.COLUMNS))
    found += tally_sql.many("delivery_tally", KEY, (TEXTS, DELIVERED), deliveries)
    return [statement for statement in found if statement]


def taken(rows: str, action_id: int, user_id: int) -> Statement:
    """The counts of ``rows`` of a statement: open conversations a user takes from the pool. The database refuses no rows."""
    moved.note(action_id)
    return tally_sql.taken(rows), [action_id, user_id]


def _sums() -> _Sums:
    return defaultdict(Counter)


def _rows(counted: _Sums, names: tuple[str, ...]) -> list[list[Any]]:
    return [[*key, *(row[name] for name in names)] for key, row in sorted(counted.items())]


def _of_deliveries(moves: _Moves) -> list[list[Any]]:
    """The changes of DeliveryTally, whose rows belong to no user."""
    found = _sums()
    for counts in moves.values():
        for name, number in counts.items():
            if isinstance(name, Delivery):
                found[name.key][name.column] += number
    return [[*key, row[TEXTS], row[DELIVERED]] for key, row in sorted(found.items()) if any(row.values())]
