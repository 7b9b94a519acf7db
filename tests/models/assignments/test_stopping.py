"""Every stop of a member, and every change of what they may see, is told to their open pages once it is committed (SPEC P1, V9)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator

import pytest

from tests.cast import Cast, member
from tests.cast.texting import texted
from webapp.database import transaction
from webapp.models.accounts import confirming, members, roles
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership
from webapp.models.assignments import stopping
from webapp.models.departures import suspending
from webapp.models.opt_outs import opting_out

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
