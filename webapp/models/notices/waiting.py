"""Replies that wait, told to volunteers who are not looking: at most once an hour, and never in their quiet hours (SPEC P2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from webapp import clock, database
from webapp.database import transactional
from webapp.database.packed import sql_time
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership
from webapp.models.notices import choices
from webapp.models.notices.choices import BY_EMAIL, BY_PUSH, REPLIES, Choices
from webapp.rules.contacts import contact_zones
from webapp.rules.notices import quiet

LOOKING = timedelta(minutes=2)  # since the last page: an open inbox asks again with each reply
PAUSE = timedelta(hours=1)


@dataclass(frozen=True)
class Due:
    """A volunteer to be told, and how many people wait for them."""

    member: Membership
    choices: Choices
    people: int


async def due() -> list[Due]:
    """Volunteers with a reply that was unanswered longer than their campaign allows, and of which they were not told
    yet."""
    found: list[Due] = []
    for campaign in await Campaign.filter(stopped_at=None):
        people = {row["id"]: row["people"] for row in await _waiting(campaign)}
        members = await Membership.filter(id__in=list(people) or [0]).select_related("user", "campaign")
        chosen = await choices.of_members(list(people))
        every = [Due(m, chosen.get(m.id) or Choices(member=m), people[m.id]) for m in members]
        found += [one for one in every if _may_be_told(one)]
    return found


async def _waiting(campaign: Campaign) -> list[dict[str, Any]]:
    now, after = clock.now(), timedelta(minutes=campaign.waiting_reply_minutes)
    return await database.query(
        "SELECT m.id, count(*) AS people FROM conversation c JOIN membership m ON m.user_id = c.user_id"
        " AND m.campaign_id = c.campaign_id LEFT JOIN notice_choices h ON h.member_id = m.id WHERE c.campaign_id = ?"
        " AND c.needs_attention AND NOT c.with_staff AND c.replied_at < ? AND m.approved_at IS NOT NULL"
        " AND m.suspended_at IS NULL AND m.removed_at IS NULL AND (m.last_here_at IS NULL OR m.last_here_at < ?)"
        " AND (h.replies_told_at IS NULL OR h.replies_told_at < ?) GROUP BY m.id, h.replies_told_at"
        f" HAVING h.replies_told_at IS NULL OR max(c.replied_at) > {_minus('h.replies_told_at')} ORDER BY m.id",
        campaign.id,
        sql_time(now - after),
        sql_time(now - LOOKING),
        sql_time(now - PAUSE),
        campaign.waiting_reply_minutes,
    )


def _minus(column: str) -> str:
    """SQL for a time so many minutes before the column's; the minutes are a parameter. A reply that became due after
    that was not told of."""
    if database.dialect() == "postgres":
        return f"{column} - make_interval(mins => ?::integer)"
    return f"strftime('%Y-%m-%d %H:%M:%f', {column}, '-' || ? || ' minutes')"


def _may_be_told(one: Due) -> bool:
    zone = contact_zones.zone_of_zip(one.member.zip) or one.member.campaign.timezone
    wanted = one.choices.wants(BY_PUSH, REPLIES) or one.choices.wants(BY_EMAIL, REPLIES)
    return wanted and not quiet.is_quiet(clock.now(), *one.choices.quiet, zone)


@dataclass(frozen=True)
class Claim:
    """``at``: the time that this call noted as told; ``before``: the time that was noted before."""

    member: Membership
    at: datetime
    before: datetime | None


@transactional
async def claim(member: Membership) -> Claim | None:
    """Notes that they are told now; None where somebody else has done so in the last hour."""
    await Choices.bulk_create([Choices(member=member)], ignore_conflicts=True)
    stored, now = await Choices.filter(member=member).select_for_update().get(), clock.now()
    before = stored.replies_told_at
    if before is not None and before >= now - PAUSE:
        return None
    await Choices.filter(id=stored.id).update(replies_told_at=now)
    return Claim(member, now, before)


@transactional
async def give_back(claim: Claim) -> None:
    """Takes the claim back: nothing left for them, so the next minute tries again."""
    await Choices.filter(member=claim.member, replies_told_at=claim.at).update(replies_told_at=claim.before)
