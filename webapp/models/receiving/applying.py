"""Stores what Twilio tells us, and applies each event once, in any order (SPEC X5)."""

from __future__ import annotations

import logging
import re
import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from tortoise.expressions import Q

from webapp import clock, database
from webapp.database import transactional
from webapp.database.statements import column, new
from webapp.models.receiving import inbound, plain_answer, statuses
from webapp.models.receiving.event import INBOUND, STATUS, STOPPED, News, TwilioEvent

STATUS_WAITS = timedelta(days=1)  # the status of a text that is not ours is tried for so long
LONGEST_SID = 34  # as the column holds
log = logging.getLogger(__name__)


def sid_of(payload: Mapping[str, Any]) -> str:
    """Twilio's id of the text; "" where there is none that tells it from others."""
    sid = str(payload.get("MessageSid") or payload.get("SmsSid") or "")
    return sid if re.fullmatch(rf"[0-9A-Za-z]{{1,{LONGEST_SID}}}", sid) else ""


async def at_once(payload: dict[str, Any]) -> News | None:
    """A text with a `sid_of` that is a plain answer, stored and applied; None where it is to be kept and applied."""
    return await plain_answer.receive(_event(INBOUND, payload))


async def keep(kind: str, payload: dict[str, Any], public_id: uuid.UUID | None = None) -> TwilioEvent | None:
    """Stores an event that has a `sid_of`; None where the same one is stored already."""
    event = _event(kind, payload, public_id)
    text, values = event.storing()
    stored = await database.alone(f"{text} ON CONFLICT (sid, kind, status) DO NOTHING RETURNING id", *values)
    if not stored:
        return None
    event.id, event._saved_in_db = stored[0]["id"], True
    return event


def _event(kind: str, payload: dict[str, Any], public_id: uuid.UUID | None = None) -> TwilioEvent:
    """Not stored yet."""
    plain = {name: str(value).replace("\x00", "") for name, value in payload.items()}  # PostgreSQL's JSON has no NUL
    return new(
        TwilioEvent,
        kind=kind,
        sid=sid_of(plain),
        status=_status_of(kind, plain),
        public_id=public_id,
        payload=plain,
        received_at=clock.now(),
    )


def _status_of(kind: str, payload: Mapping[str, str]) -> str:
    """The event's status. A text that Twilio took as a STOP has one, so that it is another event than the same text out
    of a list, which doesn't say that."""
    if kind == STATUS:
        return payload.get("MessageStatus", "")[:20]
    return STOPPED if payload.get("OptOutType") == STOPPED else ""


async def stored(sids: list[str]) -> set[str]:
    """Which of these texts came in already."""
    return set(await column(TwilioEvent.filter(kind=INBOUND, sid__in=sids), "sid")) if sids else set()


async def open_texts() -> int:
    """How many texts came in and are not applied yet."""
    return await TwilioEvent.filter(applied_at=None, kind=INBOUND).count()


async def apply(event: TwilioEvent) -> News:
    """Applies a stored event. One whose message is not known yet stays open for the sweep."""
    if event.kind == INBOUND:
        return await inbound.receive(event.id, str(event.payload.get("To", "")))
    return await statuses.apply(event.id)


async def try_to_apply(event: TwilioEvent) -> News:
    """As `apply`. An event that fails is stored already: it is tried again later, and never blocks the others."""
    try:
        return await apply(event)
    except Exception:
        log.exception("event %s could not be applied yet", event.id)
        await _put_off(event.id)
        return News()


@transactional
async def _put_off(event_id: int) -> None:
    await (await TwilioEvent.get(id=event_id)).try_later()


async def waiting() -> list[TwilioEvent]:
    """Events due for a try: texts first (they are never given up), then statuses; those that failed least come first."""
    due = TwilioEvent.filter(Q(next_try_at=None) | Q(next_try_at__lte=clock.now()), applied_at=None)
    texts = await due.filter(kind=INBOUND).order_by("failures", "received_at").limit(200)
    statuses = due.filter(kind=STATUS, received_at__gt=clock.now() - STATUS_WAITS)
    return texts + await statuses.order_by("failures", "received_at").limit(200)


async def stuck() -> int:
    """How many texts came in and failed to apply several times."""
    return await TwilioEvent.filter(applied_at=None, kind=INBOUND, failures__gt=3).count()
