"""Limits letters to an address that somebody gave and that may be another person's: one door for every page that asks for a
letter (SPEC V1). Each kind of letter counts by itself, whether or not somebody has the address."""

from __future__ import annotations

from limits import RateLimitItem
from litestar import Request
from litestar.exceptions import HTTPException

from webapp import limiting
from webapp.access import client
from webapp.models.accounts.users import User


async def may_write(about: str, email: str, *more: tuple[RateLimitItem, str]) -> bool:
    """Counts one letter about this; False where it is one too many. ``more``: whom else it counts for."""
    for limit, whom in more:
        if not await limiting.allowed(limit, about, whom):
            return False
    return await limiting.allowed(limiting.LETTER, about, email)


class TooManyLetters(HTTPException):
    """Nothing was changed, since its letter could not be written."""

    status_code = 429
    detail = "Wait an hour."


async def may_tell(about: str, user: User) -> bool:
    """For a change of the log-in that its owner hears of by a letter: ask before the change, so that none goes unsaid. A
    confirmed address gets every letter. Another may have been given by anybody, so it gets a few an hour."""
    return user.confirmed_at is not None or await may_write(about, user.email)


async def must_tell(about: str, user: User) -> None:
    """As `may_tell`; raises TooManyLetters."""
    if not await may_tell(about, user):
        raise TooManyLetters


def from_here(request: Request, limit: RateLimitItem) -> tuple[RateLimitItem, str]:
    """Counts it for the address that the request comes from."""
    return limit, client.address(request)
