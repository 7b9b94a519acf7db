"""Limits on tries: join codes, passwords, letters. Counted in Valkey, or in this process while Valkey is away."""

from __future__ import annotations

import logging

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import FixedWindowRateLimiter

from webapp import config

JOIN_CODE = parse("10/10minutes")
JOIN_CODE_ALL = parse("600/hour")  # everybody together; there are a million codes
LOG_IN = parse("10/10minutes")
LETTER = parse("5/hour")
TEST = parse("20/hour")  # texts to one's own phone
CLICKS = parse("60/hour")  # counted of one link; past that it still leads on
log = logging.getLogger(__name__)
_limiters: dict[str, FixedWindowRateLimiter] = {}
_memory = FixedWindowRateLimiter(MemoryStorage())


async def allowed(limit: RateLimitItem, *key: str) -> bool:
    """Counts one try; False where it is one too many."""
    try:
        return await _shared().hit(limit, *key)
    except Exception as error:
        log.warning("limits are counted in memory: %s", type(error).__name__)
        return await _memory.hit(limit, *key)


def _shared() -> FixedWindowRateLimiter:
    url = config.settings().redis
    if url not in _limiters:
        address = url.replace("unix://", "redis+unix://")
        storage = RedisStorage("async+" + address, implementation="redispy", socket_timeout=1, socket_connect_timeout=1)
        _limiters[url] = FixedWindowRateLimiter(storage)
    return _limiters[url]
