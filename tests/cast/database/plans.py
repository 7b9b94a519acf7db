"""PostgreSQL's plans: with sequential scans off, one shows only where no index serves."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from tortoise.backends.asyncpg.client import AsyncpgDBClient
from tortoise.backends.sqlite.client import SqliteClient

from webapp import database
from webapp.database import transaction
from webapp.database.engines import asyncpg_engine

BIG = (
    "contact",
    "conversation",
    "message",
    "list_membership",
    "contact_tag",
    "field_value",
    "opt_out",
    "imported_contact",
    "contact_event",
)


async def whole_tables(text: str, values: list[Any], others: tuple[str, ...] = ()) -> list[str]:
    """``others``: tables that must not be read whole either."""
    plan = await explained(text, values)
    return [table for table in re.findall(r"Seq Scan on (\w+)", plan) if table in (*BIG, *others)]


async def whole_indexes(text: str, values: list[Any]) -> list[str]:
    """Big tables of which a whole index is read: nothing says from where to where."""
    scan = r"Index (?:Only )?Scan (?:Backward )?using \w+ on (\w+).*\n\s*(\S+ \S+)"
    found = re.findall(scan, await explained(text, values))
    return [table for table, below in found if table in BIG and below != "Index Cond:"]


async def explained(text: str, values: list[Any] | None = None, without: tuple[str, ...] = ("seqscan",)) -> str:
    """PostgreSQL's plan, where it may not use these kinds of scans."""

    async def explain() -> str:
        for what in without:
            await database.query(f"SET LOCAL enable_{what} = off")
        plan = await database.rows(f"EXPLAIN {text}", f"EXPLAIN {database.numbered(text)}", values or [])
        return "\n".join(row["QUERY PLAN"] for row in plan)

    return await transaction(explain)


Asked = list[tuple[str, list[Any]]]


@contextlib.contextmanager
def statements() -> Iterator[Asked]:
    """The statements sent to the database meanwhile, by the ORM and by statements of ours, with its values."""
    asked: Asked = []
    with pytest.MonkeyPatch.context() as patch:
        for client, names in (
            (SqliteClient, ["execute_query", "execute_query_dict"]),
            (AsyncpgDBClient, ["execute_query", "execute_query_dict"]),
        ):
            for name in names:
                patch.setattr(client, name, _noted(getattr(client, name), asked))
        patch.setattr(asyncpg_engine, "fetch", _noted(asyncpg_engine.fetch, asked))
        yield asked


def _noted(ask: Callable[..., Awaitable[Any]], asked: Asked) -> Callable[..., Awaitable[Any]]:
    async def noting(client: Any, query: str, values: list[Any] | None = None) -> Any:
        asked.append((query, values or []))
        return await ask(client, query, values)

    return noting
