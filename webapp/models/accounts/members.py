"""The members of a campaign as staff see them: searched, and let in when they wait (SPEC P1, A9)."""

from __future__ import annotations

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from webapp.database import transactional
from webapp.models.accounts import audit
from webapp.models.accounts.users import ROLES, Membership

PAGE = 100


def of_campaign(campaign_id: int) -> QuerySet[Membership]:
    """Everyone, in order of joining, with their users loaded."""
    return Membership.filter(campaign_id=campaign_id).order_by("id").select_related("user")


NEWEST = 2**31 - 1  # no id is higher


async def page(campaign_id: int, show: str, q: str, after: int) -> list[Membership]:
    """The next PAGE approved members past ``after`` (an id). ``show``: "all", "suspended" or a role. ``q``: beginnings of
    names or e-mails, all of which must match; the first three count."""
    found = of_campaign(campaign_id).exclude(approved_at=None).filter(id__gt=max(0, min(after, NEWEST)))
    if show in ROLES:
        found = found.filter(role=show)
    if show == "suspended":
        found = found.exclude(suspended_at=None)
    for word in q.split()[:3]:
        found = found.filter(
            Q(user__first_name__istartswith=word)
            | Q(user__last_name__istartswith=word)
            | Q(user__email__istartswith=word)
        )
    return await found.limit(PAGE)


async def waiting(campaign_id: int) -> list[Membership]:
    """Those who wait for approval."""
    return await of_campaign(campaign_id).filter(approved_at=None, suspended_at=None)


async def count(campaign_id: int) -> int:
    """How many are approved, suspended ones included."""
    return await Membership.filter(campaign_id=campaign_id).exclude(approved_at=None).count()


async def approve(who: Membership, by: Membership) -> bool:
    """Returns True where ``who`` was waiting until now."""
    waited = who.approved_at is None
    await _approve(who, by)
    return waited


@transactional
async def _approve(who: Membership, by: Membership) -> None:
    await who.approve()
    await audit.record(by, "user.approved", who.user.name)
