"""Texts whose fate is not known: looked up at Twilio, settled by a callback, or decided by staff (SPEC X2)."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.queryset import QuerySet

from webapp import clock, database
from webapp.database import transactional
from webapp.database.packed import sql_time
from webapp.models.conversations import attention
from webapp.models.conversations.message import DROPPED, SENDING, TAKEN, UNKNOWN, Message, locked_message, try_again
from webapp.models.sending import answers

GONE_AFTER = timedelta(seconds=30)  # a worker that has not answered for so long after its claim is gone
LOOK_AT = (timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=5))  # after the claim
CLOCKS_DIFFER = timedelta(seconds=60)
ASK_AGAIN = timedelta(hours=1)


@dataclass(frozen=True)
class Seen:
    """A message Twilio has to this phone from this number."""

    sid: str
    body: str
    created_at: datetime


async def give_up_on_lost_workers() -> int:
    """`sending` whose worker is gone becomes `unknown`; how many did."""
    since = clock.now() - GONE_AFTER
    lost = await Message.filter(status=SENDING, claimed_at__lt=since).values_list("id", "attempt_id")
    for message_id, attempt_id in lost:
        await answers.unknown(message_id, attempt_id)
    return len(lost)


async def to_look_up() -> list[tuple[Message, str]]:
    """Unknown texts whose next look at Twilio is due, each with the number it left by."""
    due = Message.filter(status=UNKNOWN, next_look_at__lte=clock.now()).order_by("next_look_at").limit(50)
    return [(m, m.number.e164) for m in await due.select_related("number") if m.number]


async def looked_up(message_id: int, seen: Sequence[Seen]) -> None:
    """What the look found, newest first: the text with our words that belongs to no other row."""
    message = await Message.get(id=message_id)
    if found := await _found(message, seen):
        await answers.taken(message_id, found.sid)
    else:
        await _not_found(message_id)


async def _found(message: Message, seen: Sequence[Seen]) -> Seen | None:
    """Our very words first; then words with something put before them (a messaging service's prefix), unless these are
    the very words of another text of ours to this phone that nobody knows of either."""
    free = [s for s in seen if _in_time(message, s) and not await Message.exists(sid=s.sid)]
    others = Message.filter(phone=message.phone, campaign_id=message.campaign_id, status__in=(SENDING, UNKNOWN))
    theirs = {_plain(other.body) for other in await others.exclude(id=message.id)}
    ours = _plain(message.body)
    exact = [s for s in free if _plain(s.body) == ours]
    longer = [s for s in free if _plain(s.body).endswith(ours) and _plain(s.body) not in theirs]
    return next(iter(exact + longer), None)


@transactional
async def _not_found(message_id: int) -> None:
    """Looked for three times: one new attempt, asked at the gate anew. Unknown a second time: staff decide."""
    _, message = await locked_message(message_id)
    if message.status != UNKNOWN or message.next_look_at is None or message.next_look_at > clock.now():
        return  # settled, or another look that ran beside this one counts already
    message.looks += 1
    if message.looks < len(LOOK_AT):
        message.next_look_at = (message.claimed_at or clock.now()) + LOOK_AT[message.looks]
    elif message.attempts < 2:
        await try_again(message)
    else:
        message.next_look_at = None
    await message.save(update_fields=["looks", "next_look_at"])


@transactional
async def decide(message_id: int, what: str) -> bool:
    """Staff decide on a text that can't be settled: "arrived", "again" or "drop". False where it is settled by now."""
    contact, message = await locked_message(message_id)
    if message.status != UNKNOWN or message.next_look_at is not None:
        return False
    if what == "again":
        await try_again(message)
        return True
    if what == "arrived":
        await answers.taken(message.id)
        return True
    message.status, message.error_code = DROPPED, None
    await message.save(update_fields=["status", "error_code"])
    await attention.reconsider(message.conversation_id, contact)
    return True


def _in_time(message: Message, candidate: Seen) -> bool:
    return message.claimed_at is not None and candidate.created_at >= message.claimed_at - CLOCKS_DIFFER


def same_words(ours: str, theirs: str) -> bool:
    return _plain(ours) == _plain(theirs)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()


async def undecided(campaign_id: int) -> list[Message]:
    """What staff must decide."""
    return await _undecided(campaign_id).order_by("id").select_related("contact", "user")


async def how_many_undecided(campaign_id: int) -> int:
    return await _undecided(campaign_id).count()


def _undecided(campaign_id: int) -> QuerySet[Message]:
    return Message.filter(campaign_id=campaign_id, status=UNKNOWN, next_look_at=None)


async def without_final_status() -> list[Message]:
    """Taken texts the carriers have said nothing final of for 15 minutes, of the last day; each once an hour."""
    now = clock.now()
    rows = await database.query(
        "SELECT id FROM message WHERE status = 'taken' AND sid IS NOT NULL AND taken_at < ? AND taken_at > ?"
        " AND (next_look_at IS NULL OR next_look_at <= ?)"
        " AND delivery IN ('', 'accepted', 'queued', 'sending', 'sent') ORDER BY taken_at LIMIT 100",
        sql_time(now - timedelta(minutes=15)),
        sql_time(now - timedelta(days=1)),
        sql_time(now),
    )
    return await Message.filter(id__in=[row["id"] for row in rows] or [0]) if rows else []


async def without_price(most: int = 10) -> list[Message]:
    """A few of those that arrived lately and whose price nobody has asked for: enough to correct what is reckoned (S11)."""
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
    """Twilio was asked for this text just now; ``price`` as it wrote it."""
    found = Message.filter(id=message_id, status=TAKEN)
    await found.update(next_look_at=clock.now() + ASK_AGAIN, **({"price": price[:16]} if price else {}))
