"""Work too long for one transaction: a row that workers take on in slices, whoever of them dies meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from typing import Any, TypeVar

from tortoise import fields
from tortoise.models import Model

from webapp import clock
from webapp.database import transactional

T = TypeVar("T")

FIRST, SMALLEST, LARGEST = 100, 20, 1_000  # rows a slice
SECONDS = 0.04  # a slice aims at this long
REST = 0.25  # of a slice's time nothing is done after it, so that others get their turn


class Pace:
    """How many rows the next slice has: it grows slowly and shrinks at once."""

    def __init__(self) -> None:
        self.size = min(FIRST, LARGEST)

    async def take(self, slice_: Awaitable[T]) -> T:
        """Does the slice, learns from how long it took, and rests."""
        began = clock.steady()
        done = await slice_
        took = clock.steady() - began
        wanted = self.size * SECONDS / max(took, 0.001)
        self.size = int(min(max(wanted, SMALLEST), self.size * 1.5, LARGEST))
        await asyncio.sleep(took * REST)
        return done


WAITING, RUNNING, DONE, FAILED, CANCELLED = "waiting", "running", "done", "failed", "cancelled"
OVER = (DONE, FAILED, CANCELLED)

GONE = timedelta(seconds=30)  # work without a sign of life for so long has lost its worker
STUMBLES = 5  # times a worker may fail at one place before the work is given up


class Sliced(Model):
    """A model of such work has a ``cursor`` beside these, which moves in the transaction that does a slice."""

    id = fields.IntField(primary_key=True)
    status = fields.CharField(12, default=WAITING)
    stumbles = fields.IntField(default=0, db_default=0)  # times in a row that a worker failed at one place
    error_message = fields.TextField(default="")
    created_at = fields.DatetimeField()
    started_at = fields.DatetimeField(null=True)
    seen_at = fields.DatetimeField(null=True)  # the worker's sign of life
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        abstract = True

    @property
    def over(self) -> bool:
        return self.status in OVER


@transactional
async def cancel(work: Sliced) -> bool:
    """Nothing further is done; what is done stays, and the page says how much. False where it was over."""
    return await _end(work, CANCELLED)


@transactional
async def fail(work: Sliced, message: str, **why: Any) -> None:
    await _end(work, FAILED, error_message=message, **why)


async def _end(work: Sliced, status: str, **why: Any) -> bool:
    found = type(work).filter(id=work.id).exclude(status__in=OVER)
    return bool(await found.update(status=status, ended_at=clock.now(), **why))


@transactional
async def stumbled(kind: type[Sliced], id_: int, message: str, **why: Any) -> None:
    """A worker failed for a reason of ours. It is tried again; after some times at one place it is given up."""
    work = await kind.filter(id=id_).select_for_update().get()
    work.stumbles += 1
    work.seen_at = clock.now()
    await work.save(update_fields=["stumbles", "seen_at"])
    if work.stumbles >= STUMBLES:
        await fail(work, message, **why)


async def abandoned(kind: type[Sliced]) -> list[int]:
    """Work whose worker is gone, or whose first nudge was lost."""
    since = clock.now() - GONE
    open_ones = await kind.filter(status__in=(WAITING, RUNNING))
    return [work.id for work in open_ones if (work.seen_at or work.created_at) < since]
