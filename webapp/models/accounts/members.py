"""Members of a campaign who wait until staff let them in, and the news that what a user may see has changed (SPEC P1)."""

from __future__ import annotations

from tortoise.queryset import QuerySet

from webapp import config
from webapp.database import transactional
from webapp.models.accounts import audit
from webapp.models.accounts.users import STAFF, Membership, User
from webapp.models.committed import Committed

SHOWN = 100
access_changed = Committed("users who may see more or less than before")


def waiting(campaign_id: int) -> QuerySet[Membership]:
    """Members who wait for staff. Without a mail server they include those who would only have to answer the letter."""
    found = Membership.filter(campaign_id=campaign_id, approved_at=None, suspended_at=None)
    return found.filter(waits_for_letter=False) if config.settings().smtp_url else found


def waiting_sql() -> str:
    """Their number, as plain SQL about the campaign ``c``."""
    letter = " AND NOT w.waits_for_letter" if config.settings().smtp_url else ""
    alone = f"w.approved_at IS NULL AND w.suspended_at IS NULL{letter}"
    return f"SELECT COUNT(*) FROM membership w WHERE w.campaign_id = c.id AND {alone}"


async def first_waiting(campaign_id: int) -> list[Membership]:
    """In order of joining, with their users loaded."""
    return await waiting(campaign_id).order_by("id").limit(SHOWN).select_related("user")


@transactional
async def approve(who: Membership, by: Membership) -> bool:
    """True where this press let them in: of two at once only one does."""
    await who.user.locked()
    if await waiting(who.campaign_id).filter(id=who.id).select_for_update().first() is None:
        return False
    await who.approve()
    access_changed.note(who.user_id)
    await audit.record(by, "user.approved", {"user": who.id}, who.user.name)
    return True


@transactional
async def note_login(user: User) -> None:
    """Notes the log-in in the audit log of each campaign in which the user is staff (SPEC B4)."""
    for member in await Membership.filter(user=user, role__in=STAFF, removed_at=None).select_related("campaign"):
        await audit.note(member.campaign, user, "user.logged_in", {"user": member.id})
