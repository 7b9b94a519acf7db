"""Limits on tries: join codes, passwords, letters, sign-ups. Counted in Valkey, or in this process while Valkey is away."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar
from weakref import WeakValueDictionary

from limits import RateLimitItem, WindowStats, parse
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import FixedWindowRateLimiter

from webapp import clock, config

# Of these only failures count, so that fifty people can come in from one address
JOIN_CODE = parse("100/hour")  # different ones from one address: a full hall has its slips
JOIN_CODE_ALL = parse("600/hour")  # everybody together; there are a million codes
SAME_CODE = parse("1/10minutes")  # a wrong code counts once: a room scans one old poster
# One e-mail from one place: the more wrong passwords, the longer the wait
LOG_IN, LOG_IN_HOUR, LOG_IN_DAY = parse("10/10minutes"), parse("20/hour"), parse("40/day")
LOG_IN_ALL = parse("100/day")  # one e-mail, by all browsers that it is not known in
LOG_INS = parse("200/10minutes")  # all e-mails from one address
# Of these each one counts
PASSKEYS = parse("200/10minutes")  # asked for from one address
LETTER = parse("5/hour")  # of one kind to one e-mail
LETTERS = parse("60/hour")  # asked for from one address, whether somebody has the e-mail or not
NEWCOMERS = parse("150/hour")  # letters to them from one address: a full hall comes in together
INVITES = parse("200/hour")  # letters that one campaign's staff have written
TEST = parse("20/hour")  # texts to one's own phone
SEARCHES = parse("120/hour")  # for campaigns by their name, from one address
API = parse("120/minute")  # requests with one token
API_FAILURES = parse("100/10minutes")  # without a token in use, from one address
CLICKS = parse("60/hour")  # counted of one link; past that it still leads on
OPT_INS = parse("60/hour")  # sign-ups by opt-in forms from one address: a stall at a fair is one (B2)
OPT_INS_FORM = parse("1000/hour")  # by one form
OPT_INS_PHONE = parse("5/day")  # of one phone in a campaign
PRACTICE = parse("900/hour")  # presses of one volunteer (H5)
T = TypeVar("T")
A = TypeVar("A")
Limit = tuple[RateLimitItem, tuple[str, ...]]
log = logging.getLogger(__name__)
_limiters: dict[str, FixedWindowRateLimiter] = {}
_memory = FixedWindowRateLimiter(MemoryStorage())
_locks: WeakValueDictionary[Limit, asyncio.Lock] = WeakValueDictionary()


class TooMany(Exception):
    """Too many failures: nothing was looked at. ``hours``: how long the limit that is used up lasts at most."""

    def __init__(self, limit: RateLimitItem) -> None:
        self.hours = limit.get_expiry() / 3_600


async def allowed(limit: RateLimitItem, *key: str) -> bool:
    """Counts one try; False where it is one too many."""
    return await _ask(lambda limiter: limiter.hit(limit, *key))


async def taken(limit: RateLimitItem, *key: str) -> tuple[bool, int, float]:
    """Counts one try: whether it is allowed, how many are left, and in how many seconds the limit starts again."""
    allowed_, window = await _ask(lambda limiter: _counted(limiter, limit, *key))
    seconds = window.reset_time - clock.now().timestamp()  # by Valkey's clock, which may be another
    return allowed_, window.remaining, min(max(seconds, 0.0), limit.get_expiry())


async def _counted(limiter: FixedWindowRateLimiter, limit: RateLimitItem, *key: str) -> tuple[bool, WindowStats]:
    return await limiter.hit(limit, *key), await limiter.get_window_stats(limit, *key)


async def unless_failed(
    look: Callable[[], Awaitable[T | None]],
    *limits: Limit,
    everybody: Limit | None = None,
    counts: Callable[[], Awaitable[bool]] | None = None,
) -> T | None:
    """The result of ``look``; None is a failure. Raises TooMany where one of the limits is used up. ``everybody``: a limit
    that all share; whoever has not failed by the first limit is let past it, so that nobody locks everybody out.
    ``counts``: whether this failure counts. Those who share the first limit's key take turns in this process, so that a
    thousand guesses sent at once are no more than the limit either."""
    shared = [everybody] if everybody else []
    async with _locks.setdefault(limits[0], asyncio.Lock()):
        let_past = not shared or await _untouched(*limits[0])
        for limit, key in limits if let_past else [*limits, *shared]:
            if not await _room_left(limit, key):
                raise TooMany(limit)
        found = await look()
        if found is None and (counts is None or await counts()):
            for limit, key in [*limits, *shared]:
                await allowed(limit, *key)
        return found


async def _untouched(limit: RateLimitItem, key: tuple[str, ...]) -> bool:
    left = await _ask(lambda limiter: limiter.get_window_stats(limit, *key))
    return left.remaining == limit.amount


async def _room_left(limit: RateLimitItem, key: tuple[str, ...]) -> bool:
    return await _ask(lambda limiter: limiter.test(limit, *key))


async def _ask(what: Callable[[FixedWindowRateLimiter], Awaitable[A]]) -> A:
    try:
        return await what(_shared())
    except Exception as error:
        log.warning("limits are counted in memory: %s", type(error).__name__)
        return await what(_memory)


def _shared() -> FixedWindowRateLimiter:
    url = config.settings().redis
    if url not in _limiters:
        address = url.replace("unix://", "redis+unix://")
        storage = RedisStorage("async+" + address, implementation="redispy", socket_timeout=1, socket_connect_timeout=1)
        _limiters[url] = FixedWindowRateLimiter(storage)
    return _limiters[url]
