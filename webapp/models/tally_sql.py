"""The statements that write tallies (tallies.py)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from webapp.database.statements import Statement
from webapp.models.kept_counts import COLUMNS

SLICE = 200  # rows in one statement


def move(action_id: int, user_id: int, changed: Mapping[str, int]) -> Statement | None:
    return (_moving(tuple(changed)), [action_id, user_id, *changed.values()]) if changed else None


@lru_cache(maxsize=1_000)
def _moving(names: tuple[str, ...]) -> str:
    """``names``: from COLUMNS, never from a request."""
    others = [name for name in COLUMNS if name not in names]
    columns = ", ".join(["action_id", "user_id", *names, *others])
    values = ", ".join(["?"] * (2 + len(names)) + ["0"] * len(others))
    updates = ", ".join(f"{name} = tally.{name} + excluded.{name}" for name in names)
    return f"INSERT INTO tally ({columns}) VALUES ({values}) ON CONFLICT (action_id, user_id) DO UPDATE SET {updates}"


def many(table: str, key: str, names: tuple[str, ...], rows: list[list[Any]]) -> Iterator[Statement]:
    """A statement for each slice of rows. They are locked in the order given."""
    for start in range(0, len(rows), SLICE):
        part = rows[start : start + SLICE]
        marks = ", ".join([f"({', '.join('?' * len(part[0]))})"] * len(part))
        updates = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in names)
        text = (
            f"INSERT INTO {table} ({key}, {', '.join(names)}) VALUES {marks}"
            f" ON CONFLICT ({key}) DO UPDATE SET {updates}"
        )
        yield text, [value for row in part for value in row]


_TAKEN = {
    "remaining": "NULLIF(COUNT(*), 0)",
    "needs_attention": "COUNT(CASE WHEN needs_attention THEN 1 END)",
    "unread": "COUNT(CASE WHEN unread THEN 1 END)",
    "replied": "COUNT(replied_at)",
    "reported": "COUNT(CASE WHEN replied_at IS NOT NULL THEN reported_at END)",
    "opt_outs": "COUNT(opted_out_at)",
}


def taken(rows: str) -> str:
    """The counts that open conversations, the ``rows`` of a statement, have: from the pool to a user. Parameters: the action, the
    user."""
    others = [name for name in COLUMNS if name not in _TAKEN]
    sums = ", ".join(f"{of} AS {name}" for name, of in _TAKEN.items())
    values = [f"w.{'has' if name == 'unread' else 'times'} * n.{name}" for name in _TAKEN]
    return (
        f"INSERT INTO tally (action_id, user_id, {', '.join([*_TAKEN, *others])}) SELECT ?::integer, w.user_id,"
        f" {', '.join(values + ['0'] * len(others))} FROM (SELECT {sums} FROM {rows}) n"
        " CROSS JOIN (VALUES (0, -1, 0), (?::integer, 1, 1)) AS w(user_id, times, has) ORDER BY w.user_id"
        f" ON CONFLICT (action_id, user_id) DO UPDATE SET {', '.join(f'{n} = tally.{n} + excluded.{n}' for n in _TAKEN)}"
    )
