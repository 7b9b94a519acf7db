"""How long a session lasts (SPEC V1; ASVS 5.0, 7.3)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import MORNING, Cast
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts.sessions import Session
from webapp.models.accounts.users import Membership

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def runs(token: str) -> bool:
    session, both = await Session.of(token), await Session.in_campaign(token, "meyer")
    assert bool(session) == bool(both), "one answer by both ways"
    return bool(session)


@pytest.mark.both
async def test_a_volunteer_s_session_ends_thirty_days_after_it_began_however_much_it_is_used(cast: Cast) -> None:
    token = await Session.begin(cast.amy.user)
    for day in range(1, 30):
        clock.freeze(MORNING + day * DAY)
        session = await Session.of(token)
        assert session
        await session.touch()
    clock.freeze(MORNING + 30 * DAY)
    assert not await runs(token)


@pytest.mark.both
async def test_staff_are_logged_out_after_twelve_idle_hours_and_volunteers_are_not(cast: Cast) -> None:
    garys, amys = await Session.begin(cast.gary.user), await Session.begin(cast.amy.user)
    clock.freeze(MORNING + 11 * HOUR)
    assert await runs(garys)
    clock.freeze(MORNING + 13 * HOUR)
    assert not await runs(garys) and await runs(amys)
    assert await Session.open_ones(cast.gary.user_id) == [] and len(await Session.open_ones(cast.amy.user_id)) == 1


@pytest.mark.both
async def test_whoever_is_made_staff_is_idle_no_longer_than_staff(cast: Cast) -> None:
    token = await Session.begin(cast.amy.user)
    await transaction(lambda: Membership.filter(id=cast.amy.id).update(role="admin"))
    clock.freeze(MORNING + 13 * HOUR)
    assert not await runs(token)


async def test_showing_again_who_one_is_gives_a_new_token_and_ends_the_one_before(cast: Cast) -> None:
    token = await Session.begin(cast.amy.user)
    session = await Session.of(token)
    assert session and session.proved
    clock.freeze(MORNING + 16 * HOUR / 60)
    assert not session.proved
    renewed = await session.prove()
    assert session.proved and await runs(renewed) and not await runs(token)


async def test_an_ended_session_is_not_proved_back_to_life(cast: Cast) -> None:
    session = await Session.of(await Session.begin(cast.amy.user))
    assert session
    await session.end()
    assert not await runs(await session.prove())


async def test_a_token_is_random_and_long_and_only_its_hash_is_stored(cast: Cast) -> None:
    tokens = [await Session.begin(cast.amy.user) for _ in range(50)]
    assert len(set(tokens)) == 50 and min(map(len, tokens)) >= 43, "256 bits"
    stored = {row.token_hash for row in await Session.filter(user=cast.amy.user)}
    assert not stored & set(tokens)
