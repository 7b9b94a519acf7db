"""Members of a campaign who wait until staff let them in (SPEC P1)."""

from __future__ import annotations

from webapp.database import transactional
from webapp.models.accounts import audit
from webapp.models.accounts.users import Membership

SHOWN = 100


async def waiting(campaign_id: int) -> list[Membership]:
    """The first who wait for approval, in order of joining, with their users loaded. Who only has to answer the letter is
    not among them."""
    found = Membership.filter(campaign_id=campaign_id, approved_at=None, suspended_at=None, waits_for_letter=False)
    return await found.order_by("id").limit(SHOWN).select_related("user")


async def approve(who: Membership, by: Membership) -> bool:
    """Returns True where ``who`` was waiting until now."""
    waited = who.approved_at is None
    await _approve(who, by)
    return waited


@transactional
async def _approve(who: Membership, by: Membership) -> None:
    await who.approve()
    await audit.record(by, "user.approved", who.user.name)
