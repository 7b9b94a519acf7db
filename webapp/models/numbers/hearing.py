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
    """Our numbers; also one given back, until all that came to it before then is listed: a STOP may be among it."""
    return [
        n
        for n in await PhoneNumber.all().order_by("id")
        if n.released_at is None or needed_from(n) < n.released_at + LISTED_TWICE
    ]


def needed_from(number: PhoneNumber) -> datetime:
    """Texts that came to it before are stored."""
    return min(number.heard_until or number.created_at, clock.now())


def newest(numbers: Sequence[PhoneNumber]) -> datetime | None:
    """Until when the number heard longest was heard; None where none ever was."""
    return max((needed_from(n) for n in numbers if n.heard_until), default=None)


def needed_by_most(numbers: Sequence[PhoneNumber]) -> datetime:
    """From when the account's list is needed. Numbers that need more are ``behind``."""
    all_needed = [needed_from(n) for n in numbers]
    until = newest(numbers)
    return min(at for at in all_needed if until is None or at >= until - TOGETHER)


def behind(numbers: Sequence[PhoneNumber], since: datetime) -> list[PhoneNumber]:
    """Those for which a list since then is too short: added again, or set back by a restore. The newest need first."""
    return sorted((n for n in numbers if needed_from(n) < since), key=needed_from, reverse=True)


@transactional
async def note_listed(numbers: Sequence[PhoneNumber], since: datetime, until: datetime) -> None:
    """The texts that came to these numbers from ``since`` to ``until`` are stored. One that needs more than that, by its row as it is
    now, stays where it is: it may have been set back since it was read."""
    enough = Q(heard_until__gte=since) | Q(heard_until=None, created_at__gte=since)
    moves_on = Q(heard_until=None) | Q(heard_until__lt=until)
    await PhoneNumber.filter(enough, moves_on, id__in=[n.id for n in numbers]).update(heard_until=until)


@transactional
async def set_back(number: PhoneNumber, to: datetime) -> None:
    """After a restore: what came since then is listed once more."""
    await PhoneNumber.filter(Q(heard_until=None) | Q(heard_until__gt=to), id=number.id).update(heard_until=to)
