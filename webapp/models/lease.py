"""One worker alone sends to a place: it takes a lease of the place's row, and each of its claims renews it (SPEC B3, B7).

The row has the columns ``lease`` and ``leased_until``. A worker that died keeps it until that time.
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
    """``table``: of the rows; ``key``: the column that names one. ``may``: SQL with one parameter, now: is anything sent
    there?"""

    table: str
    key: str
    may: str

    @transactional
    async def take(self, row: int, seconds: float) -> str | None:
        """A token for the one worker that sends there; None while another has it, or while nothing is sent."""
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
        """Inside the transaction of a claim. False where the lease is another's, or where nothing may be sent any more."""
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
