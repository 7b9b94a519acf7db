"""Until when the texts that came to each number were listed at Twilio and stored (SPEC X5).

`heard_until` is by Twilio's clock, the newest text of a list that was read whole; so no wrong clock of ours skips a text.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from tortoise.expressions import Q

from webapp import clock
from webapp.database import transactional
from webapp.models.numbers.number import PhoneNumber

LISTED_TWICE = timedelta(minutes=10)  # Twilio's list may lag by this much
TOGETHER = timedelta(
    hours=1
)  # numbers that differ by less are heard by one list; for one far behind the list gets no longer


async def to_list() -> list[PhoneNumber]:
    """Our numbers, and numbers that were given back until all texts from before that are listed: a STOP may be among
    them."""
    return [
        n
        for n in await PhoneNumber.all().order_by("id")
        if n.released_at is None or needed_from(n) < n.released_at + LISTED_TWICE
    ]


def needed_from(number: PhoneNumber) -> datetime:
    """The time from which texts to it must be listed; those that came before are stored."""
    return min(number.heard_until or number.created_at, clock.now())


def newest(numbers: Sequence[PhoneNumber]) -> datetime | None:
    """The latest `heard_until` of these numbers; None where none has one."""
    return max((needed_from(n) for n in numbers if n.heard_until), default=None)


def needed_by_most(numbers: Sequence[PhoneNumber]) -> datetime:
    """The time from which the account's list is needed. Numbers that need an earlier one are ``behind``."""
    all_needed = [needed_from(n) for n in numbers]
    until = newest(numbers)
    return min(at for at in all_needed if until is None or at >= until - TOGETHER)


def behind(numbers: Sequence[PhoneNumber], since: datetime) -> list[PhoneNumber]:
    """Numbers for which a list since then is too short: they were added again, or set back by a restore. Those that
    need the least come first."""
    return sorted((n for n in numbers if needed_from(n) < since), key=needed_from, reverse=True)


@transactional
async def note_listed(numbers: Sequence[PhoneNumber], since: datetime, until: datetime) -> None:
    """Notes that the texts that came to these numbers from ``since`` to ``until`` are stored. A number whose row now
    needs an earlier list is left as it is: it may have been set back since it was read."""
    enough = Q(heard_until__gte=since) | Q(heard_until=None, created_at__gte=since)
    moves_on = Q(heard_until=None) | Q(heard_until__lt=until)
    await PhoneNumber.filter(enough, moves_on, id__in=[n.id for n in numbers]).update(heard_until=until)


@transactional
async def set_back(number: PhoneNumber, to: datetime) -> None:
    """After a restore: texts that came since then are listed once more."""
    await PhoneNumber.filter(Q(heard_until=None) | Q(heard_until__gt=to), id=number.id).update(heard_until=to)
