"""What PostgreSQL would do: with sequential scans off, one shows only where no index serves."""

from __future__ import annotations

import re
from typing import Any

from webapp import database
from webapp.database import transaction

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


async def whole_tables(text: str, values: list[Any]) -> list[str]:
    async def explain() -> list[str]:
        await database.query("SET LOCAL enable_seqscan = off")
        plan = await database.query(f"EXPLAIN {text}", *values)
        lines = "\n".join(row["QUERY PLAN"] for row in plan)
        return [table for table in re.findall(r"Seq Scan on (\w+)", lines) if table in BIG]

    return await transaction(explain)
