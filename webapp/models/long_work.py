"""Work too long for one transaction. Each piece of work is a row: a worker does it slice by slice, and another can resume it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from typing import Any, TypeVar

from tortoise import fields
from tortoise.models import Model

from webapp import clock, database
from webapp.database import packed, transactional

T = TypeVar("T")

FIRST, SMALLEST, LARGEST = 100, 20, 1_000  # rows a slice
SECONDS = 0.04  # a slice should take this long
REST = 0.25  # pause after a slice, as a part of its time, so that other transactions get their turn
LATELY = timedelta(seconds=10)  # so long after a text or a Start others are taken to be at work
LOOK = 1.0  # seconds between two looks whether they are


async def texting() -> bool:
    """Did anybody press Send or Start lately, or did a reply come? Then slices leave the database's time to them."""
    text = "SELECT {at} AS at FROM {table} ORDER BY id DESC LIMIT 1"
    for table, at in (("message", "created_at"), ("bucket", "last_used_at")):
        rows = await database.query(text.format(table=table, at=at))
        if rows and (newest := packed.instant(rows[0]["at"])) and newest > clock.now() - LATELY:
            return True
    return False


class Pace:
    """How many rows the next slice has: more after a fast slice, by half at most; fewer after a slow one, at once."""

    def __init__(self, largest: int = 0, smallest: int = 0) -> None:
        """Rows of a slice. ``largest``: for work whose rows cost less than usual. ``smallest``: for work where a slice costs much
        however few rows it has; smaller slices on a busy machine would only be more slices."""
        self.smallest, self.largest = smallest or SMALLEST, largest or LARGEST
        self.size = min(max(FIRST, self.smallest), LARGEST)
        self._looked, self._rests = -LOOK, True

    async def take(self, slice_: Awaitable[T]) -> T:
        """Does the slice, sets the next one's size, and rests where others are at work."""
        began = clock.steady()
        done = await slice_
        took = clock.steady() - began
        wanted = self.size * SECONDS / max(took, 0.001)
        self.size = int(min(max(wanted, self.smallest), self.size * 1.5, self.largest))
        await asyncio.sleep(took * REST if await self._others_wait() else 0)
        return done

    async def _others_wait(self) -> bool:
        """On SQLite anybody's write waits for the slice, and gets its turn in a rest alone."""
        if database.dialect() == "postgres" and clock.steady() >= self._looked + LOOK:
            self._looked, self._rests = clock.steady(), await texting()
        return self._rests


WAITING, RUNNING, DONE, FAILED, CANCELLED = "waiting", "running", "done", "failed", "cancelled"
OVER = (DONE, FAILED, CANCELLED)

GONE = timedelta(seconds=30)  # work without a sign of life for so long has lost its worker
STUMBLES = 5  # failures in a row at one place, then the work is given up


class LongWork(Model):
    """The columns every kind of long work has. Each kind adds a ``cursor``, moved in the transaction of its slice."""

    id = fields.IntField(primary_key=True)
    status = fields.CharField(12, default=WAITING)
    stumbles = fields.IntField(default=0, db_default=0)  # failures in a row at one place
    error_message = fields.TextField(default="")
    created_at = fields.DatetimeField()
    started_at = fields.DatetimeField(null=True)
    seen_at = fields.DatetimeField(null=True)  # the worker's last sign of life
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        abstract = True

    @property
    def over(self) -> bool:
        return self.status in OVER


@transactional
async def cancel(job: LongWork) -> bool:
    """Slices done before stay done. False where the job was over already."""
    return await _end(job, CANCELLED)


@transactional
async def fail(job: LongWork, message: str, **why: Any) -> None:
    """``why``: more columns to set, such as an error code."""
    await _end(job, FAILED, error_message=message, **why)


async def _end(job: LongWork, status: str, **why: Any) -> bool:
    found = type(job).filter(id=job.id).exclude(status__in=OVER)
    return bool(await found.update(status=status, ended_at=clock.now(), **why))


@transactional
async def stumbled(kind: type[LongWork], id_: int, message: str, **why: Any) -> None:
    """Notes that a worker failed through a fault of ours. A later sweep tries again; after STUMBLES the job fails."""
    job = await kind.filter(id=id_).select_for_update().get()
    job.stumbles += 1
    job.seen_at = clock.now()
    await job.save(update_fields=["stumbles", "seen_at"])
    if job.stumbles >= STUMBLES:
        await fail(job, message, **why)


async def abandoned(kind: type[LongWork]) -> list[int]:
    """Jobs whose worker is gone, or whose first nudge was lost."""
    since = clock.now() - GONE
    open_ones = await kind.filter(status__in=(WAITING, RUNNING))
    return [job.id for job in open_ones if (job.seen_at or job.created_at) < since]
