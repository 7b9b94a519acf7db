"""Suspends users and lets them back in. Their queued texts are cancelled and their contacts go to others (SPEC P1, G2)."""

from __future__ import annotations

from webapp import clock
from webapp.database import transactional
from webapp.models.accounts import audit
from webapp.models.accounts.users import OWNER, Membership
from webapp.models.conversations import assigning


@transactional
async def suspend(who: Membership, by: Membership) -> bool:
    """False where it is refused: nobody suspends an owner, or themselves."""
    if who.id == by.id or who.role == OWNER:
        return False
    await Membership.filter(id=who.id).update(suspended_at=clock.now())
    await assigning.free_from(who)
    await audit.record(by, "user.suspended", who.user.name)
    return True


@transactional
async def reinstate(who: Membership, by: Membership) -> None:
    """Approves them too, where they were suspended while they waited."""
    await Membership.filter(id=who.id).update(suspended_at=None)
    await who.approve()
    await audit.record(by, "user.reinstated", who.user.name)
