"""Stops a member from texting: the one way in which a membership is suspended, whoever or whatever does it (SPEC P1, V9, G2)."""

from __future__ import annotations

from webapp import clock
from webapp.database import transactional
from webapp.models.accounts import members
from webapp.models.accounts.users import Membership
from webapp.models.assignments import assigning


@transactional
async def stop(member: Membership, why: str = "") -> bool:
    """Suspends the member, frees what they hold, and tells their open pages. ``why``: for `Membership.suspended_for`.
    False, and nothing is done, where they were suspended already: the first time of suspension decides which
    conversations they get back."""
    running = Membership.filter(id=member.id, suspended_at=None)
    if not await running.update(suspended_at=clock.now(), suspended_for=why):
        return False
    await assigning.free_from(member)
    members.access_changed.note(member.user_id)
    return True
