"""Decides whose role a member may change, whom they may suspend and remove, and who may leave (SPEC P1)."""

from __future__ import annotations

OWNER, ADMIN, VOLUNTEER = "owner", "admin", "volunteer"
_RANK = {VOLUNTEER: 0, ADMIN: 1, OWNER: 2}
# Why it is refused
NOT_STAFF, SELF, OWNERS_ONLY, LAST_OWNER = "not_staff", "self", "owners_only", "last_owner"
SUSPENDED = "suspended"


def raises(old: str, new: str) -> bool:
    return _RANK[new] > _RANK[old]


def role_refused(old: str, new: str, by: str, last_owner: bool) -> str:
    """Why this role may not be given; "" where it may. ``old``: their role now. ``by``: the role of who gives it.
    ``last_owner``: no other owner can act. Owners alone make owners, and change one."""
    if by not in (OWNER, ADMIN):
        return NOT_STAFF
    if OWNER in (old, new) and old != new and by != OWNER:
        return OWNERS_ONLY
    return LAST_OWNER if last_owner and old == OWNER and new != OWNER else ""


def leaving_refused(role: str, by: str, oneself: bool, last_owner: bool) -> str:
    """Why somebody may not be suspended or removed; "" where they may."""
    if by not in (OWNER, ADMIN):
        return NOT_STAFF
    if oneself:
        return SELF
    if role == OWNER and by != OWNER:
        return OWNERS_ONLY
    return LAST_OWNER if last_owner and role == OWNER else ""


def own_leaving_refused(suspended: bool, last_owner: bool) -> str:
    """Why a member may not leave by themselves; "" where they may. A suspended user would come back as a newcomer."""
    if suspended:
        return SUSPENDED
    return LAST_OWNER if last_owner else ""
