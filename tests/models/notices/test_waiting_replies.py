"""Volunteers are told that replies wait: those who are not looking, once an hour, never in their quiet hours (SPEC P2)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import Cast
from tests.cast.texting import says, texted
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership
from webapp.models.notices import choices, waiting

pytestmark = pytest.mark.both


async def names() -> list[tuple[str, int]]:
    return [(one.member.user.first_name, one.people) for one in await waiting.due()]


def later(**time: int) -> None:
    clock.freeze(clock.now() + timedelta(**time))


async def waits(cast: Cast) -> None:
    """Lisa has answered Amy, and nobody has looked for an hour."""
    await texted(cast)
    await says(cast, "who is this")
    later(minutes=61)


async def test_a_volunteer_is_told_when_a_reply_has_waited_as_long_as_the_campaign_says(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "who is this")
    later(minutes=59)
    assert await names() == []
    later(minutes=2)
    assert await names() == [("Amy", 1)]


async def test_the_campaign_chooses_how_long(cast: Cast) -> None:
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(waiting_reply_minutes=5))
    await texted(cast)
    await says(cast, "who is this")
    later(minutes=6)
    assert await names() == [("Amy", 1)]


async def test_who_is_looking_is_not_told(cast: Cast) -> None:
    await waits(cast)
    await transaction(lambda: Membership.filter(id=cast.amy.id).update(last_here_at=clock.now() - timedelta(minutes=1)))
    assert await names() == []
    later(minutes=2)
    assert await names() == [("Amy", 1)]


async def test_nobody_is_told_twice_in_an_hour_nor_twice_of_the_same_reply(cast: Cast) -> None:
    await waits(cast)
    assert await waiting.claim(cast.amy) and not await waiting.claim(cast.amy)
    assert await names() == []
    later(minutes=61)
    assert await names() == []  # the same reply as before
    await says(cast, "hello?")
    later(minutes=61)
    assert await names() == [("Amy", 1)]


async def test_a_reply_that_came_due_since_is_told_after_the_hour(cast: Cast) -> None:
    """It came before the last notice, but had not waited long enough for it."""
    await waits(cast)
    await says(cast, "hello?")
    assert await waiting.claim(cast.amy)
    later(minutes=62)
    assert await names() == [("Amy", 1)]


async def test_quiet_hours_are_on_the_volunteers_own_clock(cast: Cast) -> None:
    await waits(cast)  # 12:01 in New York, 9:01 in Los Angeles
    await transaction(lambda: Membership.filter(id=cast.amy.id).update(zip="90012"))
    assert await names() == [("Amy", 1)]
    await choices.choose(cast.amy, quiet_until="09:30")
    assert await names() == []
    await transaction(lambda: Membership.filter(id=cast.amy.id).update(zip="15213"))
    assert await names() == [("Amy", 1)]


@pytest.mark.parametrize(
    "change",
    [{"suspended_at": clock.now()}, {"approved_at": None}, {"removed_at": clock.now()}],
    ids=["suspended", "not approved", "removed"],
)
async def test_who_may_not_text_is_not_told(cast: Cast, change: dict) -> None:
    await waits(cast)
    await transaction(lambda: Membership.filter(id=cast.amy.id).update(**change))
    assert await names() == []


async def test_who_chose_to_hear_nothing_of_replies_is_not_told(cast: Cast) -> None:
    await waits(cast)
    await choices.choose(cast.amy, push_replies=False, email_replies=False)
    assert await names() == []


async def test_nobody_is_told_while_all_texts_are_stopped(cast: Cast) -> None:
    await waits(cast)
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(stopped_at=clock.now()))
    assert await names() == []
