"""A lease, so that only one worker at a time sends to a VAN or to a webhook's endpoint; each claim renews it (SPEC B3, B7).

The row of the VAN or endpoint has the columns ``lease`` and ``leased_until``. The lease of a worker that died ends at that time.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta

from webapp import clock, database
from webapp.database import transactional
from webapp.database.packed import sql_time


@dataclass(frozen=True)
class Leased:
    """``table``: the table with the leases; ``key``: the column by which `take` and the others find a row. ``may``: an SQL
    condition with one parameter, the present time: is sending there allowed?"""

    table: str
    key: str
    may: str

    @transactional
    async def take(self, row: int, seconds: float) -> str | None:
        """Returns the token of the lease; None while another worker has it, or where sending is not allowed."""
        token, now = str(uuid.uuid4()), clock.now()
        taken = await database.query(
            f"UPDATE {self.table} SET lease = ?, leased_until = ? WHERE {self.key} = ?"
            f" AND (leased_until IS NULL OR leased_until < ?) AND {self.may} RETURNING id",
            token,
            sql_time(now + timedelta(seconds=seconds)),
            row,
            sql_time(now),
            sql_time(now),
        )
        return token if taken else None

    async def keep(self, row: int, token: str, seconds: float) -> bool:
        """Renews the lease, inside the transaction of a claim. False where another worker has it now, or where sending is no longer
        allowed."""
        now = clock.now()
        kept = await database.query(
            f"UPDATE {self.table} SET leased_until = ? WHERE {self.key} = ? AND lease = ? AND {self.may} RETURNING id",
            sql_time(now + timedelta(seconds=seconds)),
            row,
            token,
            sql_time(now),
        )
        return bool(kept)

    @transactional
    async def give_back(self, row: int, token: str) -> None:
        await database.query(
            f"UPDATE {self.table} SET lease = '', leased_until = NULL WHERE {self.key} = ? AND lease = ?", row, token
        )
