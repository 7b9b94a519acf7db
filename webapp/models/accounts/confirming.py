"""The effects of a confirmed e-mail: the account counts, and roles that waited for it are given (SPEC P1)."""

from __future__ import annotations

from webapp import clock
from webapp.database import transactional
from webapp.models.accounts import members
from webapp.models.accounts.users import Membership, User


@transactional
async def confirm(user: User) -> None:
    """Notes that the user's e-mail is theirs: call it where they opened something that only a letter to it held."""
    now = clock.now()
    await User.filter(id=user.id, confirmed_at=None).update(confirmed_at=now)
    user.confirmed_at = user.confirmed_at or now
    mine = Membership.filter(user_id=user.id)
    for member in await mine.exclude(raised_role="").filter(suspended_at=None).select_for_update():
        await Membership.filter(id=member.id).update(
            role=member.raised_role, raised_role="", approved_at=member.approved_at or now
        )
    await mine.filter(waits_for_letter=True, approved_at=None, suspended_at=None).update(approved_at=now)
    await mine.filter(waits_for_letter=True).update(waits_for_letter=False)
    members.access_changed.note(user.id)
