"""Texts whose outcome is unknown: looked up at Twilio, or settled by a callback (SPEC X2). Those that stay unknown: undecided.py."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from webapp import clock, database
from webapp.database import packed, transactional
from webapp.database.packed import sql_time
from webapp.models import spending
from webapp.models.conversations.message import OUT, SENDING, TAKEN, UNKNOWN, Message
from webapp.models.outcomes import answers

GONE_AFTER = timedelta(seconds=30)  # a worker that recorded no answer for so long after its claim is gone
# From one look to the next, the first after FIRST_LOOK: Twilio's list may lag by six minutes. Each is counted from the
# last, so a clock that is set forward makes one of them early, not all
LOOK_AGAIN = (timedelta(seconds=150), timedelta(minutes=5))
EARLIEST = timedelta(days=1)  # before the claim: no two clocks differ by so much
ASK_AFTER, ASK_AGAIN = timedelta(minutes=15), timedelta(hours=1)  # for a final status that did not come


@dataclass(frozen=True)
class Seen:
    """A message at Twilio, to the phone and from the number of the text looked up."""

    sid: str
    body: str
    created_at: datetime


async def give_up_on_lost_workers() -> int:
    """Marks texts in `sending` whose worker is gone as `unknown`. Returns how many."""
    since = clock.now() - GONE_AFTER
    found = Message.filter(id__in=await open_ids(SENDING, "claimed_at < ?", sql_time(since)))
    lost = await found.values_list("id", "attempt_id")
    for message_id, attempt_id in lost:
        await answers.unknown(message_id, attempt_id)
    return len(lost)


async def open_ids(status: str, where: str, *values: Any) -> list[int]:
    """Ids of texts with no outcome yet, by their index. SQLite uses that index only if its condition is written out in
    the statement."""
    rows = await database.query(
        f"SELECT id FROM message WHERE status IN ('sending', 'unknown') AND status = '{status}' AND {where}", *values
    )
    return [row["id"] for row in rows] or [0]


async def to_look_up() -> list[tuple[Message, str]]:
    """Unknown texts whose next look-up at Twilio is due, each with the number (E.164) it left by."""
    found = await open_ids(UNKNOWN, "next_look_at <= ? ORDER BY next_look_at LIMIT 50", sql_time(clock.now()))
    due = Message.filter(id__in=found).order_by("next_look_at")
    return [(m, m.number.e164) for m in await due.select_related("number") if m.number]


async def looked_up(message_id: int, seen: Sequence[Seen]) -> None:
    """Settles the text by what the look-up found. ``seen``: newest first."""
    message = await Message.get(id=message_id)
    if found := await _found(message, seen):
        await answers.taken(message_id, found.sid)
    else:
        await _not_found(message_id)


async def _found(message: Message, seen: Sequence[Seen]) -> Seen | None:
    """The message with exactly our words, else one that ends with them (a messaging service puts a prefix before). It
    belongs to no other row, and its words are not exactly those of another unsettled text of ours to this phone. It may
    be of any attempt: the order tells rows and messages apart, since Twilio's clock and ours differ."""
    known = await with_rows([s.sid for s in seen])
    free = [s for s in seen if _in_time(message, s) and s.sid not in known]
    same_phone = Message.filter(phone=message.phone, campaign_id=message.campaign_id, direction=OUT)
    theirs = {
        _plain(other.body) for other in await same_phone.filter(status__in=(SENDING, UNKNOWN)).exclude(id=message.id)
    }
    ours = _plain(message.body)
    settled = same_phone.filter(status=TAKEN, sid=None, id__lt=message.id)  # a reply or staff said so
    older = sum(_plain(other.body) == ours for other in await settled)
    exact = [s for s in free if _plain(s.body) == ours]
    exact = exact[: max(0, len(exact) - older)]
    longer = [s for s in free if _plain(s.body).endswith(ours) and _plain(s.body) not in {ours, *theirs}]
    return next(iter(exact + longer), None)


@transactional
async def _not_found(message_id: int) -> None:
    """After three look-ups that found nothing: allows one new attempt, which the safeguards check again. The second
    time staff decide."""
    _, message = await Message.locked(message_id)
    if message.status != UNKNOWN or message.next_look_at is None or message.next_look_at > clock.now():
        return  # settled meanwhile, or a look-up beside this one has been counted
    message.looks += 1
    if message.looks <= len(LOOK_AGAIN):
        message.next_look_at = clock.now() + LOOK_AGAIN[message.looks - 1]
    elif message.attempts < 2:
        await message.try_again()
    else:
        message.next_look_at = None
    await message.save(update_fields=["looks", "next_look_at"])


async def with_rows(sids: Sequence[str]) -> set[str]:
    """Sids of these texts at Twilio that are settled: a row has the sid, or had it until its status was a failure or
    another attempt followed."""
    if not sids:
        return set()
    among = packed.among("sid", "text")
    rows = await database.query(
        f"SELECT sid FROM message WHERE {among} UNION SELECT sid FROM twilio_event WHERE {among} AND kind = 'status'"
        " AND applied_at IS NOT NULL",
        packed.values(sids),
        packed.values(sids),
    )
    return {row["sid"] for row in rows}


def _in_time(message: Message, candidate: Seen) -> bool:
    return message.claimed_at is not None and candidate.created_at >= message.claimed_at - EARLIEST


def same_words(ours: str, theirs: str) -> bool:
    return _plain(ours) == _plain(theirs)


def ends_with(theirs: str, ours: str) -> bool:
    return _plain(theirs).endswith(_plain(ours))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()


async def without_final_status() -> list[Message]:
    """Texts taken 15 minutes to a day ago without a final status from the carriers; each is asked for once an hour."""
    now = clock.now()
    rows = await database.query(
        "SELECT id FROM message WHERE status = 'taken' AND sid IS NOT NULL AND taken_at < ? AND taken_at > ?"
        " AND (next_look_at IS NULL OR next_look_at <= ?)"
        " AND delivery IN ('', 'accepted', 'queued', 'sending', 'sent') ORDER BY taken_at LIMIT 100",
        sql_time(now - ASK_AFTER),
        sql_time(now - timedelta(days=1)),
        sql_time(now),
    )
    return await Message.filter(id__in=[row["id"] for row in rows] or [0]) if rows else []


async def without_price(most: int = 10) -> list[Message]:
    """A few texts that arrived lately and whose price was not asked yet: enough to correct the campaign's spend (S11)."""
    now = clock.now()
    rows = await database.query(
        "SELECT id FROM message WHERE taken_at > ? AND taken_at < ? AND status = 'taken' AND sid IS NOT NULL"
        " AND delivery = 'delivered' AND price = '' AND next_look_at IS NULL ORDER BY taken_at DESC LIMIT ?",
        sql_time(now - timedelta(days=1)),
        sql_time(now - timedelta(minutes=10)),
        most,
    )
    return await Message.filter(id__in=[row["id"] for row in rows] or [0]) if rows else []


@transactional
async def asked(message_id: int, price: str = "") -> None:
    """Records that Twilio was asked for this text now. ``price``: as Twilio wrote it."""
    message = await Message.filter(id=message_id, status=TAKEN).select_for_update().first()
    if message is None:
        return
    message.next_look_at = clock.now() + ASK_AGAIN
    if price:
        spending.add(message, -1)
        message.price = price[:16]
        spending.add(message)
    await message.save(update_fields=["next_look_at", "price"])
