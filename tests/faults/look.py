"""What the database says after the storm: `python -m tests.faults.look texts|recount`, as JSON."""

from __future__ import annotations

import asyncio
import json
import sys

from webapp import config, database
from webapp.models import recount


async def texts() -> dict:
    rows = await database.query(
        "SELECT direction, kind, status, COUNT(*) AS n FROM message GROUP BY direction, kind, status"
    )
    return {f"{row['direction']} {row['kind']} {row['status']}": row["n"] for row in rows}


async def differences() -> dict:
    return {"differences": await recount.differences()}


async def main() -> None:
    try:
        await database.open_database(config.settings().database)
        print(json.dumps(await {"texts": texts, "recount": differences}[sys.argv[1]]()))
    finally:
        await database.close_database()


if __name__ == "__main__":
    asyncio.run(main())
