"""A claimed text on its way: what is handed over, until when, and whether its call may still begin (SPEC X4; DESIGN, the call)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from webapp import clock, database
from webapp.database import packed
from webapp.models.accounts.campaign import Campaign
from webapp.rules import window

TOO_OLD = 5.0  # seconds after the claim in which the call must begin
VALIDITY_PAD = timedelta(seconds=30)
LONGEST_VALIDITY = 900  # seconds a text may wait at Twilio, where no STOP, block or stop of everything reaches it (X4)


@dataclass(frozen=True)
class Claimed:
    """A text this process hands over to Twilio, once. ``mark``: the number's claim mark with this claim in it. ``leave_by``:
    the contact's window closes 30 s later. ``committed``: instant of the commit on the steady clock."""

    message_id: int
    number_id: int
    mark: int
    attempt_id: uuid.UUID
    public_id: uuid.UUID
    to: str
    from_: str
    body: str
    claimed_at: datetime
    leave_by: datetime
    committed: float
    after_failures: bool
    picture: str = ""  # the path Twilio fetches its picture from


def leave_by(campaign: Campaign, zones: Sequence[str], now: datetime) -> datetime:
    """30 s before the contact's window closes: then Twilio drops the text."""
    ends = [
        window.closes_at(now, campaign.opens, campaign.closes, zones),
        window.closes_at(now, window.LEGAL_START, window.LEGAL_END, zones),
    ]
    return min(ends) - VALIDITY_PAD


async def seconds_left(claimed: Claimed) -> int:
    """How long Twilio may keep the text. 0 where the call may not begin any more: this process stood still, the window
    closes, or `_stands` is False. Asks the database right before the call, since a machine that slept has an old
    view."""
    stands = await _stands(claimed)
    now = await database.now()  # the last question: what comes before it may take hours
    late = abs(now - claimed.claimed_at) > timedelta(seconds=TOO_OLD) or clock.steady() - claimed.committed > TOO_OLD
    if late or not stands:
        return 0
    return max(0, min(int((claimed.leave_by - now).total_seconds()), LONGEST_VALIDITY))


def unapplied(phone: str) -> str:
    """SQL for texts of this phone (an SQL expression) that are not applied yet."""
    return (
        "SELECT 1 FROM twilio_event t WHERE t.applied_at IS NULL AND t.kind = 'inbound'"
        f" AND t.payload ->> 'From' = {phone}"
    )


async def _stands(claimed: Claimed) -> bool:
    """Is the text still this attempt's, and has nobody stopped it since the claim? The contact stops it by a STOP, by
    words that may mean one, or by a text that is not applied yet. The office stops it by a block, by Stop Everything or
    by pausing the number. The confirmation of an opt-out leaves all the same."""
    return bool(
        await database.query(
            "SELECT m.id FROM message m JOIN campaign g ON g.id = m.campaign_id JOIN phone_number n ON n.id = m.number_id"
            " LEFT JOIN contact c ON c.id = m.contact_id WHERE m.id = ? AND m.status = 'sending' AND m.attempt_id = ?"
            " AND g.stopped_at IS NULL AND n.paused_at IS NULL AND c.blocked_at IS NULL AND (m.kind = 'confirmation'"
            " OR (c.opted_out_at IS NULL AND c.possible_opt_out_at IS NULL))"
            f" AND NOT EXISTS ({unapplied('m.phone')})",
            claimed.message_id,
            packed.uuid(claimed.attempt_id),
        )
    )
