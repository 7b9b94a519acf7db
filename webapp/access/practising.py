"""A volunteer's practice, sealed in a cookie of the browser (SPEC H5). No row holds any of it."""

from __future__ import annotations

from litestar import Request
from litestar.datastructures import Cookie

from webapp.access import cookies
from webapp.models.accounts.users import Membership
from webapp.models.logins import sealed
from webapp.rules.practice import play
from webapp.rules.practice.play import Play

COOKIE, SECONDS = "textbank_practice", 86_400
_CUTS = ((play.LONGEST,), (40,), (0,), (0, 4), (0, 0))
LONGEST = 3_800  # characters: browsers keep 4,096 bytes with the name


def of(request: Request, member: Membership) -> Play | None:
    """This member's, in this browser; None before the start."""
    kept = sealed.opened_packed(request.cookies.get(COOKIE, ""))
    if not isinstance(kept, list) or kept[:1] != [member.id]:
        return None
    return play.unpacked(kept[1])


def cookie(member: Membership, now: Play) -> Cookie:
    """Typed words are cut further where all of it would not fit, and at last tags."""
    values = (sealed.seal_packed([member.id, play.packed(now, *cut)]) for cut in _CUTS)
    return _cookie(member, next(value for value in values if len(value) <= LONGEST), SECONDS)


def ended(member: Membership) -> Cookie:
    return _cookie(member, "", 0)


def _cookie(member: Membership, value: str, seconds: int) -> Cookie:
    return cookies.made(COOKIE, value, seconds, path=f"/c/{member.campaign.slug}/practice")
