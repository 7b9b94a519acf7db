"""Many rows as one JSON parameter: a handful of statements do a slice of any size, the same on both databases."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from webapp import database

_TYPES = {
    **dict.fromkeys(("id", "contact_id", "conversation_id"), "bigint"),
    **dict.fromkeys(("action_id", "bucket_id", "field_id", "keeper_id", "tag_id", "user_id", "zone_set_id"), "integer"),
    "van": "integer",
    **dict.fromkeys(("last_holder_id", "line", "skips"), "integer"),
    **dict.fromkeys(("created", "held_by_start", "unread", "with_staff"), "boolean"),
    "held_since": "timestamptz",
}


def table(*columns: str) -> str:
    """A parameter made by `rows` as a table ``r`` with these columns; those not named in _TYPES are text."""
    if database.dialect() == "sqlite":
        taken = ", ".join(f"json_extract(value, '$.{name}') AS {name}" for name in columns)
        return f"(SELECT {taken} FROM json_each(?)) AS r"
    typed = ", ".join(f"{name} {_TYPES.get(name, 'text')}" for name in columns)
    return f"json_to_recordset(?::text::json) AS r({typed})"


def column(name: str) -> str:
    """A parameter made by `values` as a table ``r`` with this one column: less to write and to read than `table`."""
    if database.dialect() == "sqlite":
        return f"(SELECT value AS {name} FROM json_each(?)) AS r"
    return f"unnest(?::{_TYPES.get(name, 'text')}[]) AS r({name})"


def rows(values: Iterable[Mapping[str, Any]]) -> str:
    return msgspec.json.encode(list(values)).decode()


def among(column: str, kind: str = "bigint") -> str:
    """True where the column is one of a parameter made by `values`. On PostgreSQL an array, not a join: a planner that
    knows little of a table that just grew would read all of it."""
    return (
        f"{column} IN (SELECT value FROM json_each(?))"
        if database.dialect() == "sqlite"
        else f"{column} = ANY(?::{kind}[])"
    )


def values(given: Iterable[int | str]) -> str | list[int | str]:
    return json.dumps(list(given)) if database.dialect() == "sqlite" else list(given)


def listed(*columns: str) -> str:
    """An aggregate: a list of lists as JSON, one a row, in no order; null or empty where there are no rows. `parsed` reads it."""
    return f"{'json_group_array' if database.dialect() == 'sqlite' else 'json_agg'}({array(*columns)})"


def array(*columns: str) -> str:
    """One row's values as a JSON list."""
    return f"{'json_array' if database.dialect() == 'sqlite' else 'json_build_array'}({', '.join(columns)})"


def each(query: str) -> str:
    """An aggregate: a list of what the ``query`` finds for each row, in no order; null where it finds nothing. It finds one
    `array` at most. PostgreSQL looks it up row by row; a join it may make by reading a whole table or index."""
    return f"json_group_array(json(({query})))" if database.dialect() == "sqlite" else f"json_agg(({query}))"


def mark(kind: str) -> str:
    """A parameter in a SELECT list, where PostgreSQL wants to be told what it is: "integer", "bigint", "timestamptz"."""
    return "?" if database.dialect() == "sqlite" else f"?::{kind}"


def for_update(of: str = "", how: str = "UPDATE") -> str:
    """Locks the rows, of one table where several are joined, or only shares them; on SQLite the transaction itself is the
    lock."""
    if database.dialect() == "sqlite":
        return ""
    return f" FOR {how}" + (f" OF {of}" if of else "")


def names(value: Any) -> list[str]:
    """The last column of what `listed` gave, in the order of the columns before it."""
    return [row[-1] for row in sorted(parsed(value) or [])]


def parsed(value: Any) -> Any:
    """The value of a JSON column: plain SQL returns it as text."""
    return json.loads(value) if isinstance(value, str) else value


def instant(value: Any) -> datetime | None:
    """The type plain SQL returns for a time: text on SQLite."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def uuid(value: UUID) -> Any:
    """As Tortoise stores it: text on SQLite."""
    return str(value) if database.dialect() == "sqlite" else value


def sql_time(at: datetime) -> Any:
    """An instant as plain SQL takes it: text as Tortoise writes it on SQLite, in UTC since texts are compared; the value
    itself on PostgreSQL."""
    return at.astimezone(UTC).isoformat(" ") if database.dialect() == "sqlite" else at
