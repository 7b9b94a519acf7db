"""How often letters are written to an address that somebody gave, who may not have it: one door for every page that asks for
one (SPEC V1). Each kind of letter counts by itself, whether or not somebody has the address."""

from __future__ import annotations

from limits import RateLimitItem
from litestar import Request

from webapp import limiting
from webapp.access import client


async def may_write(about: str, email: str, *more: tuple[RateLimitItem, str]) -> bool:
    """Counts one letter about this; False where it is one too many. ``more``: whom else it counts for."""
    for limit, whom in more:
        if not await limiting.allowed(limit, about, whom):
            return False
    return await limiting.allowed(limiting.LETTER, about, email)


def from_here(request: Request, limit: RateLimitItem) -> tuple[RateLimitItem, str]:
    """Counts it for the address that the request comes from."""
    return limit, client.address(request)
