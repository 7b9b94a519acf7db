"""Queues, open ends and delays of the sending right now, for the Operations page and /metrics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from webapp import clock, database
from webapp.database import packed
from webapp.models import kept_counts
from webapp.models.accounts.campaign import Campaign
from webapp.models.conversations.message import Message

LATELY = 200  # newest events whose delays are measured


@dataclass(frozen=True)
class Queue:
    """A number's queued texts and their segments. ``oldest``: for how many seconds the oldest has been due."""

    number_id: int
    e164: str
    campaign: str
    texts: int
    segments: int
    oldest: float


async def queues(campaign: Campaign | None = None) -> list[Queue]:
    """Of every number not given back to Twilio, or of one campaign's; one query of the index of queued texts."""
    mine = f" AND n.campaign_id = {int(campaign.id)}" if campaign else ""
    rows = await database.query(
        "SELECT n.id, n.e164, c.slug, COUNT(m.id) AS texts, COALESCE(SUM(m.segments), 0) AS segments, MIN(m.due_at) AS due"
        " FROM phone_number n JOIN campaign c ON c.id = n.campaign_id LEFT JOIN message m ON m.number_id = n.id"
        f" AND m.status = 'queued' WHERE n.released_at IS NULL{mine} GROUP BY n.id, n.e164, c.slug ORDER BY n.e164"
    )
    now = clock.now()
    return [
        Queue(row["id"], row["e164"], row["slug"], int(row["texts"]), int(row["segments"]), _since(row["due"], now))
        for row in rows
    ]


async def first_texts_queued(campaigns: Iterable[Campaign]) -> Counter[int]:
    """Action -> its people whose first text is queued: they are not texted yet, and no longer to be. By the index of queued texts."""
    whose = ", ".join(str(int(campaign.id)) for campaign in campaigns) or "0"
    rows = await database.query(
        "SELECT m.action_id, COUNT(*) AS texts FROM phone_number n JOIN message m ON m.number_id = n.id"
        f" AND m.status = 'queued' WHERE n.campaign_id IN ({whose}) AND m.kind = 'initial' GROUP BY m.action_id"
    )
    return Counter({row["action_id"]: int(row["texts"]) for row in rows})


def _since(at: Any, now: datetime) -> float:
    then = packed.instant(at)
    return max(0.0, (now - then).total_seconds()) if then else 0.0


SENDS = ("initials", "follow_ups", "responses", "opt_outs", "twilio_errors", "carrier_filtering", "safeguards")


async def sends() -> Counter[str]:
    """Sums of SENDS over all tallies. Reads no messages, so it is quick at any size."""
    sums = ", ".join(f"COALESCE(SUM({name}), 0) AS {name}" for name in SENDS)
    [row] = await database.query(f"SELECT {sums} FROM {kept_counts.Tally._meta.db_table}")
    return Counter({name: int(row[name]) for name in SENDS})


@dataclass(frozen=True)
class OpenEnds:
    """Texts handed to Twilio right now; texts whose outcome is unknown; Twilio's events not applied yet, and the age of the
    oldest in seconds."""

    sending: int
    unknown: int
    events: int
    oldest_event: float


_OF_CAMPAIGN = (
    " AND EXISTS (SELECT 1 FROM phone_number n WHERE n.campaign_id = ?"
    " AND n.e164 IN (e.payload ->> 'To', e.payload ->> 'From'))"
)


async def open_ends(campaign: Campaign | None = None) -> OpenEnds:
    mine = f" AND campaign_id = {int(campaign.id)}" if campaign else ""
    rows = await database.query(
        f"SELECT status, COUNT(*) AS texts FROM message WHERE status IN ('sending', 'unknown'){mine} GROUP BY status"
    )
    texts = Counter({row["status"]: int(row["texts"]) for row in rows})
    [events] = await database.query(
        "SELECT COUNT(*) AS waiting, MIN(received_at) AS oldest FROM twilio_event e WHERE applied_at IS NULL"
        + (_OF_CAMPAIGN if campaign else ""),
        *([campaign.id] if campaign else []),
    )
    return OpenEnds(texts["sending"], texts["unknown"], int(events["waiting"]), _since(events["oldest"], clock.now()))


@dataclass(frozen=True)
class Delays:
    """Seconds, of the slowest among the newest events. ``inbound``: from a text's arrival here until it is in its thread;
    ``callback``: from Twilio's taking a text until its first status event."""

    inbound: float
    callback: float


async def delays() -> Delays:
    inbound = await database.query(
        f"SELECT received_at AS a, applied_at AS b FROM twilio_event WHERE kind = 'inbound' ORDER BY id DESC LIMIT {LATELY}"
    )
    callback = await database.query(
        "SELECT m.taken_at AS a, MIN(f.received_at) AS b FROM (SELECT DISTINCT sid FROM (SELECT sid FROM twilio_event"
        f" WHERE kind = 'status' ORDER BY id DESC LIMIT {LATELY}) AS newest) AS e JOIN message m ON m.sid = e.sid"
        " JOIN twilio_event f ON f.sid = e.sid AND f.kind = 'status' GROUP BY m.id, m.taken_at"
    )
    return Delays(_slowest(inbound), _slowest(callback))


def _slowest(rows: list[dict[str, Any]]) -> float:
    spans = [(packed.instant(row["a"]), packed.instant(row["b"])) for row in rows]
    return max((max(0.0, (b - a).total_seconds()) for a, b in spans if a and b), default=0.0)


async def left_to_text(campaign: Campaign) -> int:
    """Contacts of its running actions without a first text, from the tallies."""
    [row] = await database.query(
        "SELECT COALESCE(SUM(t.remaining), 0) AS people FROM tally t JOIN action a ON a.id = t.action_id"
        " WHERE a.campaign_id = ? AND a.archived_at IS NULL AND a.state <> 'draft'",
        campaign.id,
    )
    return int(row["people"])


async def unmatched(campaign: Campaign, most: int = 100) -> list[Message]:
    """Texts from people whom we had not texted from that number (X5), newest first, with contact, number and media.
    Answers to test texts are left out."""
    rows = await database.query(
        "SELECT id FROM message m WHERE campaign_id = ? AND direction = 'in' AND conversation_id IS NULL AND NOT EXISTS"
        " (SELECT 1 FROM message t WHERE t.contact_id = m.contact_id AND t.id < m.id AND t.kind = 'test')"
        " ORDER BY id DESC LIMIT ?",
        campaign.id,
        most,
    )
    found = Message.filter(id__in=[row["id"] for row in rows] or [0]).order_by("-id")
    return await found.select_related("contact", "number").prefetch_related("media")
