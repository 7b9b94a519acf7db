"""Every stop of a member, and every change of what they may see, is told to their open pages once it is committed (SPEC P1, V9)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta

import pytest

from tests.cast import Cast, member
from tests.cast.database.moments import beside
from tests.cast.texting import says, texted
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts import confirming, members, roles
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import Action
from webapp.models.assignments import assigning, press, start, stopping, waiting
from webapp.models.conversations.buckets import Bucket
from webapp.models.departures import suspending
from webapp.models.opt_outs import opting_out
from webapp.models.results import recount

pytestmark = pytest.mark.both


@pytest.fixture
def told() -> Iterator[list[int]]:
    """The users whose open pages are told."""
    users: list[int] = []
    members.access_changed.listeners.append(users.extend)
    yield users
    members.access_changed.listeners.remove(users.extend)


async def by_staff(cast: Cast) -> None:
    assert await suspending.suspend(cast.amy, cast.gary) == ""


async def by_removal(cast: Cast) -> None:
    assert await suspending.remove(cast.amy, cast.gary) == ""


async def by_the_budget(cast: Cast) -> None:
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(opt_out_budget=0))
    assert await opting_out.from_thread(await cast.conversation(), cast.amy.user)


@pytest.mark.parametrize("stopped", [by_staff, by_removal, by_the_budget])
async def test_whatever_stops_a_member_is_told_to_their_open_pages_once(
    cast: Cast, told: list[int], stopped: Callable[[Cast], Awaitable[None]]
) -> None:
    await texted(cast)
    await stopped(cast)
    assert not (await Membership.get(id=cast.amy.id)).active
    assert told == [cast.amy.user_id]


async def test_whoever_is_stopped_already_is_not_told_again(cast: Cast, told: list[int]) -> None:
    assert await stopping.stop(cast.amy) and not await stopping.stop(cast.amy)
    assert told == [cast.amy.user_id]


async def test_what_is_rolled_back_is_no_news(cast: Cast, told: list[int]) -> None:
    async def fails() -> None:
        await stopping.stop(cast.amy)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await transaction(fails)
    assert told == [] and (await Membership.get(id=cast.amy.id)).active


async def test_whoever_may_see_more_is_told_too(cast: Cast, told: list[int]) -> None:
    carmen = await transaction(lambda: member(cast.meyer, "Carmen", "Villarreal", "volunteer"))
    await transaction(lambda: Membership.filter(id=carmen.id).update(approved_at=None))
    assert await members.approve(carmen, cast.gary) and told.pop() == carmen.user_id
    await suspending.suspend(carmen, cast.gary)
    told.clear()
    await suspending.reinstate(carmen, cast.gary)
    assert told.pop() == carmen.user_id
    await roles.save(carmen, "admin", {}, cast.selina)
    assert told.pop() == carmen.user_id
    await confirming.confirm(carmen.user)
    assert told == [carmen.user_id]


@pytest.mark.parametrize("read_with_login", [True, False])
async def test_whoever_is_stopped_after_their_login_was_read_is_given_nobody(cast: Cast, read_with_login: bool) -> None:
    """Nobody would text those people, and nobody else could."""
    action = await Action.get(id=cast.action.id).select_related("campaign")
    seen = await press.standing(action, cast.amy.user) if read_with_login else None
    await by_staff(cast)
    assert await start.assign_bucket(action, cast.amy.user, seen) is None
    assert (await cast.conversation()).user_id is None and await Bucket.all().count() == 0
    assert await recount.differences() == []


@pytest.mark.postgres
@pytest.mark.parametrize("start_first", [True, False])
async def test_whoever_is_stopped_beside_their_start_holds_nobody(cast: Cast, start_first: bool) -> None:
    if start_first:
        await beside("bucket", "INSERT", cast.start(cast.amy), by_staff(cast))
    else:
        await beside("membership", "UPDATE", by_staff(cast), cast.start(cast.amy))
    assert (await cast.conversation()).user_id is None
    assert await recount.differences() == []


async def test_whoever_is_stopped_after_their_login_was_read_takes_no_thread(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "Where do I vote?")
    clock.freeze(clock.now() + timedelta(minutes=61))
    await suspending.suspend(cast.dan, cast.gary)
    await suspending.suspend(cast.gary, cast.selina)
    assert await waiting.offered(cast.dan) == 1, "as it was read with the login"
    assert await waiting.take_one(cast.dan) is None
    talk = await cast.conversation()
    assert await assigning.take_over(talk.id, cast.gary) is None
    assert (await cast.conversation()).user_id == cast.amy.user_id
