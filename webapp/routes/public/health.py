"""Whether this process is alive, and whether it can serve; for supervisors and load balancers."""

from __future__ import annotations

import asyncio

from litestar import Response, Router, get

from webapp import database, queue
from webapp.database import guards
from webapp.models import writing
from webapp.rules import trouble

SECONDS = 3.0  # the database may take to answer
CHECKS = ("database", "guards", "writes", "files", "valkey")


@get("/health")
async def health() -> dict[str, bool]:
    return {"ok": True}


@get("/ready")
async def ready() -> Response[dict[str, object]]:
    """200 where the database answers, has its guards and takes writes, the data directory too, and Valkey takes jobs; else
    503. ``why``: the first thing that is wrong."""
    wrong = {**await _of_database(), **await _of_valkey()}
    fine = not wrong
    checks: dict[str, object] = {name: name not in wrong for name in CHECKS}
    if wrong:
        checks["why"] = next(iter(wrong.values()))
    return Response({"ready": fine, **checks}, status_code=200 if fine else 503)


async def _of_database() -> dict[str, str]:
    """The troubles, by check. Without the database nobody knows whether its guards are there or it takes writes."""
    name = {"sqlite": "SQLite", "postgres": "PostgreSQL"}[database.dialect()]
    try:
        missing = await asyncio.wait_for(_guards(), SECONDS)
    except Exception as error:
        away = f"{name} does not answer ({type(error).__name__})"
        return {"database": away, "guards": away, "writes": away}
    wrong = {"guards": f"guards of {name} are missing: {', '.join(missing)}"} if missing else {}
    return wrong | _of_writing(await writing.tried(), name)


async def _guards() -> list[str]:
    await database.query("SELECT 1 AS one")
    return await guards.wrong()


def _of_writing(found: writing.Writing, name: str) -> dict[str, str]:
    words = {"full": "the disk is full", "read_only": "it is read-only", "away": "it does not answer"}
    wrong = {}
    if found.database:
        wrong["writes"] = f"{name} takes no writes: {words[found.database]} ({found.error})"
    if found.files:
        wrong["files"] = f"the data directory takes no files: {words[found.files]}"
    return wrong


async def _of_valkey() -> dict[str, str]:
    try:
        await asyncio.wait_for(queue.pool().ping(), queue.SECONDS)
    except Exception as error:
        return {"valkey": f"Valkey does not answer ({type(error).__name__})"}
    refuses = trouble.refused_by_valkey((await queue.signs()).refuses)
    return {"valkey": f"Valkey {trouble.REFUSES[refuses]}"} if refuses else {}


router = Router("/", route_handlers=[health, ready])
