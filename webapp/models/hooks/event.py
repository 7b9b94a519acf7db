"""Events on their way to an endpoint, a row each, written by triggers in the transaction of the change (database/noting.py).

At least once: an event whose answer was lost is sent again, with the same id (SPEC B7).
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tortoise import fields
from tortoise.expressions import Q
from tortoise.models import Model

from webapp import clock, database
from webapp.database import packed, transactional
from webapp.database.packed import sql_time
from webapp.models.accounts import audit
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.mail import Mail
from webapp.models.accounts.users import Membership
from webapp.models.api import giving_out
from webapp.models.hooks import endpoint
from webapp.models.hooks.endpoint import HookEndpoint
from webapp.rules import phone
from webapp.rules.api import scopes
from webapp.rules.hooks import events, pauses

WAITING, SENDING, TAKEN, GIVEN_UP = "waiting", "sending", "taken", "given_up"
STATES = (WAITING, SENDING, GIVEN_UP, TAKEN)
GONE = timedelta(seconds=60)  # after its claim without an answer: the worker died
KEPT = timedelta(days=30)
PAGE = 50
MANY = 10_000
Written = Callable[[], Awaitable[list[tuple[str, str, str, str]]]]  # letters: to, subject, text, HTML


class HookEvent(Model):
    """``subject_id``: of the text, report or opt-out. ``due_at``, ``at``: null until the sweep saw it. ``public_id``: the same
    whenever it is sent. ``status``: of the answer; ``answer``: its first characters, phones masked, or why there was none."""

    id = fields.BigIntField(primary_key=True)
    endpoint_id = fields.IntField()
    campaign_id = fields.IntField()
    kind = fields.CharField(20)
    subject_id = fields.BigIntField()
    state = fields.CharField(10, default=WAITING)
    tries = fields.IntField(default=0)
    at = fields.DatetimeField(null=True)
    due_at = fields.DatetimeField(null=True)
    attempt = fields.CharField(36, default="", db_default="")
    claimed_at = fields.DatetimeField(null=True)
    sent_at = fields.DatetimeField(null=True)
    status = fields.IntField(null=True)
    answer = fields.CharField(300, default="", db_default="")

    class Meta:
        table = "hook_event"

    @property
    def public_id(self) -> str:
        return f"evt_{self.id}"


@dataclass(frozen=True)
class Claimed:
    """``secret``: None where no key of this site opens it. ``body``: type, timestamp and data."""

    id: int
    attempt: str
    public_id: str
    endpoint_id: int
    url: str
    secret: str | None
    body: dict[str, Any]


async def stamp() -> int:
    """Gives a time to events that the triggers wrote, and puts events of a dead worker back in the queue. Returns how
    many are new. Writes nothing where there are none, since on SQLite a transaction would keep everybody else
    waiting."""
    new, lost = Q(due_at=None), Q(state=SENDING, claimed_at__lt=clock.now() - GONE)
    return await _stamp() if await HookEvent.exists(new) or await HookEvent.exists(lost) else 0


@transactional
async def _stamp() -> int:
    now = sql_time(clock.now())
    new = await database.query(
        "UPDATE hook_event SET at = ?, due_at = ? WHERE due_at IS NULL AND state = 'waiting' RETURNING id", now, now
    )
    lost = sql_time(clock.now() - GONE)
    await database.query(
        "UPDATE hook_event SET state = 'waiting', due_at = ?, answer = 'The worker that sent it stopped. It may have arrived.'"
        " WHERE state = 'sending' AND claimed_at < ?",
        now,
        lost,
    )
    return len(new)


async def due() -> list[int]:
    """Endpoints to which something is to be sent now."""
    rows = await database.query(
        "SELECT e.id FROM hook_endpoint e WHERE e.ended_at IS NULL AND e.off_at IS NULL AND (e.rest_until IS NULL OR"
        " e.rest_until <= ?) AND EXISTS (SELECT 1 FROM hook_event x WHERE x.endpoint_id = e.id AND x.state = 'waiting'"
        " AND x.due_at <= ?)",
        sql_time(clock.now()),
        sql_time(clock.now()),
    )
    return [row["id"] for row in rows]


@transactional
async def claim(endpoint_id: int, lease: str) -> Claimed | None:
    """The next event due, committed as under way before it is sent. None where nothing is left to do."""
    if not await endpoint.keep_lease(endpoint_id, lease):
        return None
    ready = HookEvent.filter(endpoint_id=endpoint_id, state=WAITING, due_at__lte=clock.now())
    row = await ready.order_by("due_at", "id").select_for_update().first()
    if row is None:
        return None
    to = await HookEndpoint.get(id=endpoint_id).select_related("campaign")
    row.state, row.attempt, row.claimed_at, row.tries = SENDING, str(uuid.uuid4()), clock.now(), row.tries + 1
    await row.save(update_fields=["state", "attempt", "claimed_at", "tries"])
    told = {"type": row.kind, "timestamp": (row.at or clock.now()).isoformat(), "data": await _data(row, to)}
    return Claimed(row.id, row.attempt, row.public_id, to.id, to.url, to.opened_secret(), told)


async def _data(row: HookEvent, to: HookEndpoint) -> dict[str, Any]:
    """As the API shows it now."""
    may = (scopes.PHONES,) if to.whole_phones else ()
    shown = {events.OPT_OUT: giving_out.opt_out, events.REPORT: giving_out.report}.get(row.kind, giving_out.message)
    return await shown(to.campaign, row.subject_id, may) or {"id": row.subject_id}


@transactional
async def taken(claimed: Claimed, status: int, said: str) -> None:
    if row := await _of(claimed):
        row.state, row.sent_at, row.status, row.answer = TAKEN, clock.now(), status, _short(said)
        await row.save()
        await endpoint.went_well(row.endpoint_id)


@transactional
async def failed(claimed: Claimed, status: int | None, why: str, written: Written | None = None) -> bool:
    """It is tried again after longer and longer pauses, then given up. True where the endpoint is turned off now.
    ``written``: the letters about that, stored in the same transaction."""
    row = await _of(claimed)
    if row is None:
        return False
    dice = random.random()
    row.status, row.answer = status, _short(why)
    row.state = GIVEN_UP if row.tries >= pauses.TRIES else WAITING
    row.due_at = clock.now() + timedelta(seconds=pauses.again(row.tries, dice))
    await row.save()
    told = f"HTTP {status}: {row.answer}" if status else row.answer
    off = await endpoint.failed(row.endpoint_id, told, status == 410, dice)
    for letter in await written() if off and written else []:
        await Mail.write(*letter)
    return off


async def _of(claimed: Claimed) -> HookEvent | None:
    """Its row, locked; None where the attempt is over."""
    return await HookEvent.filter(id=claimed.id, attempt=claimed.attempt, state=SENDING).select_for_update().first()


def _short(said: str) -> str:
    """An answer of another server as plain words. PostgreSQL refuses a NUL, and an event whose answer can't be stored
    would be sent again for ever."""
    said = "".join(one if one.isprintable() else " " for one in said)
    return phone.masked_in(" ".join(said.split()))[:300]


async def page(row: HookEndpoint, state: str, before: int) -> tuple[list[HookEvent], int]:
    """The newest PAGE events, of one state only where given; and the ``before`` of the next page, 0 on the last."""
    found = HookEvent.filter(endpoint_id=row.id).order_by("-id")
    if state in STATES:
        found = found.filter(state=state)
    rows = await (found.filter(id__lt=before) if before else found).limit(PAGE + 1)
    return rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else 0


@transactional
async def send_again(by: Membership, to: HookEndpoint, event_id: int = 0) -> int:
    """Sends one event again, or with 0 all that were given up, MANY at most. Returns how many."""
    states = (TAKEN, GIVEN_UP, WAITING) if event_id else (GIVEN_UP,)
    found = HookEvent.filter(endpoint_id=to.id, state__in=states)
    found = found.filter(id=event_id) if event_id else found
    ids = [one.id for one in await found.order_by("id").limit(MANY).select_for_update().only("id")]
    if ids:
        await database.query(
            f"UPDATE hook_event SET state = 'waiting', tries = 0, due_at = ? WHERE {packed.among('id')}",
            sql_time(clock.now()),
            packed.values(ids),
        )
        await audit.record(by, "hook.sent_again", {"hook": to.id}, to.shown, events=len(ids))
    return len(ids)


@transactional
async def forget_old() -> int:
    """Deletes events that were taken or given up long ago, and those of endpoints that ended. Returns how many."""
    old = sql_time(clock.now() - KEPT)
    gone = await database.query(
        "DELETE FROM hook_event WHERE id IN (SELECT x.id FROM hook_event x JOIN hook_endpoint e ON e.id = x.endpoint_id"
        " WHERE (x.at < ? AND x.state <> 'sending') OR e.ended_at < ? ORDER BY x.id LIMIT 5000) RETURNING id",
        old,
        old,
    )
    return len(gone)


async def campaign_of(endpoint_id: int) -> Campaign:
    row = await HookEndpoint.get(id=endpoint_id).select_related("campaign")
    return row.campaign
