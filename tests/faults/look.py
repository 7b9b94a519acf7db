"""What the database says after the storm: `python -m tests.faults.look texts|open|attempts|decided|recount`, as JSON."""

from __future__ import annotations

import asyncio
import json
import sys

from webapp import config, database
from webapp.models import recount, settling
from webapp.models.messages import UNKNOWN, Message


async def texts() -> dict:
    rows = await database.query(
        "SELECT direction, kind, status, COUNT(*) AS n FROM message GROUP BY direction, kind, status"
    )
    return {f"{row['direction']} {row['kind']} {row['status']}": row["n"] for row in rows}


async def open_ones() -> dict:
    """Texts that are not taken yet, and all that is known of them."""
    rows = await database.query(
        "SELECT id, status, attempts, looks, next_look_at, error_code, claimed_at, due_at, sid FROM message"
        " WHERE direction = 'out' AND status <> 'taken'"
    )
    return {str(row["id"]): {name: str(value) for name, value in row.items()} for row in rows}


async def attempts() -> dict:
    rows = await database.query("SELECT attempts, COUNT(*) AS n FROM message WHERE direction = 'out' GROUP BY attempts")
    return {str(row["attempts"]): row["n"] for row in rows}


async def decided() -> dict:
    """What staff do with texts unknown a second time: they look whether the phone got it (here: in our arguments)."""
    left = await Message.filter(status=UNKNOWN, next_look_at=None)
    what = {m.id: "arrived" if m.phone in sys.argv[2:] else "again" for m in left}
    return {str(n): choice for n, choice in what.items() if await settling.decide(n, choice)}


async def differences() -> dict:
    return {"differences": await recount.differences()}


ASKED = {"texts": texts, "open": open_ones, "attempts": attempts, "decided": decided, "recount": differences}


async def main() -> None:
    try:
        await database.open_database(config.settings().database)
        print(json.dumps(await ASKED[sys.argv[1]]()))
    finally:
        await database.close_database()


if __name__ == "__main__":
    asyncio.run(main())
