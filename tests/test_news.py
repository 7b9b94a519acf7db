"""News are told to the people they concern, once what they are about is committed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from tests.cast import Cast
from tests.cast.hubs import hub as hub
from tests.cast.hubs import listen
from tests.cast.waiting import until
from webapp import live, news
from webapp.database import transaction
from webapp.live import CATCH_UP, Hub, News
from webapp.models import tallies
from webapp.models.accounts import campaign, members, settings
from webapp.models.accounts.users import Membership
from webapp.models.assignments import assigning
from webapp.models.departures import suspending
from webapp.models.outcomes import learning, restoring


async def test_who_is_in_the_middle_of_a_bucket_hears_that_first_texts_were_stopped_or_go_on(
    hub: Hub, cast: Cast
) -> None:
    amy: list[News | None] = []
    dan: list[News | None] = []
    tasks = [
        asyncio.create_task(listen(hub, cast.amy.user_id, amy)),
        asyncio.create_task(listen(hub, cast.dan.user_id, dan)),
    ]
    await until(lambda: len(amy) >= 2 and len(dan) >= 2)
    await cast.start(cast.amy)
    told = (cast.meyer.id, cast.action.id), (cast.meyer.id, 0), (None, 0)
    for n, (campaign_id, action_id) in enumerate(told, 1):
        await news.tell_queues(campaign_id, action_id)
        await until(lambda: sum(one is not None and one.event == "queue-changed" for one in amy) == n)  # noqa: B023
    await news.tell_queues(cast.ryan.id)
    await news.tell_queues(cast.meyer.id, cast.action.id + 1)
    await live.nudge(cast.amy.user_id, "inbox-changed")
    await until(lambda: News("inbox-changed") in amy)
    assert sum(one is not None and one.event == "queue-changed" for one in amy) == len(told), "another's is no news"
    assert all(one == CATCH_UP for one in dan)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_whatever_stops_a_campaign_everybody_with_cards_hears_of_it_once_it_is_committed(
    cast: Cast, queues_told: list[tuple[set[int], int]]
) -> None:
    async def rolled_back() -> None:
        await cast.meyer.stop_everything()
        raise RuntimeError

    ways: list[Callable[[], Awaitable[object]]] = [
        lambda: settings.stop_everything(cast.gary),
        lambda: learning.stop_campaign(cast.meyer.id, 20003),  # an answer of Twilio's
        restoring.stop_all,
    ]
    await cast.start(cast.amy)
    async with news.commits_told():
        with pytest.raises(RuntimeError):
            await transaction(rolled_back)
        await asyncio.sleep(0.1)
        assert queues_told == [], "what was rolled back is no news"
        for stop in ways:
            await cast.meyer.refresh_from_db()
            await cast.meyer.go_on()
            queues_told.clear()
            await stop()
            await until(lambda: ({cast.amy.user_id}, 0) in queues_told)
    assert campaign.stopped.listeners == []


async def test_the_pages_of_the_staff_hear_that_counts_moved_once_it_is_committed(
    hub: Hub, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(news, "EVERY", 0.01)
    heard: dict[str, list[News | None]] = {"gary": [], "jonah": [], "amy": []}
    who: list[tuple[Membership, list[int]]] = [
        (cast.gary, [cast.meyer.id]),
        (cast.jonah, [cast.ryan.id]),
        (cast.amy, []),
    ]
    tasks = [asyncio.create_task(listen(hub, one.user_id, heard[one.user.first_name.lower()], of)) for one, of in who]
    await until(lambda: all(len(told) >= 2 for told in heard.values()))
    async with news.commits_told():
        with pytest.raises(RuntimeError):
            await transaction(lambda: _counts(cast, fails=True))
        await asyncio.sleep(0.1)
        assert live.COUNTS not in heard["gary"], "what was rolled back is no news"
        await transaction(lambda: _counts(cast))
        await until(lambda: live.COUNTS in heard["gary"])
        assert live.COUNTS not in heard["jonah"] + heard["amy"], "another campaign's staff, and a volunteer"
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert hub.staff == {} and tallies.moved.listeners == []


async def test_the_pages_of_whoever_is_suspended_hear_it(hub: Hub, cast: Cast) -> None:
    heard: dict[str, list[News | None]] = {"amy": [], "dan": []}
    tasks = [
        asyncio.create_task(listen(hub, one.user_id, heard[one.user.first_name.lower()]))
        for one in (cast.amy, cast.dan)
    ]
    await until(lambda: all(len(told) >= 2 for told in heard.values()))
    async with news.commits_told():
        await suspending.suspend(cast.amy, cast.gary)
        await until(lambda: News(live.ACCESS_CHANGED) in heard["amy"])
    assert News(live.ACCESS_CHANGED) not in heard["dan"] and members.access_changed.listeners == []
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _counts(cast: Cast, fails: bool = False) -> None:
    tallies.add(cast.action.id, cast.amy.user_id, {"unread": 1})
    if fails:
        raise RuntimeError


async def told_of(got: list[News | None], user_id: int, event: str) -> bool:
    await live.nudge(user_id, event)
    return News(event) in got


async def hears(hub: Hub, cast: Cast, tell: Callable[[], Awaitable[None]]) -> set[str]:
    """First names of those whose pages were told of Lisa's thread."""
    people = (cast.selina, cast.gary, cast.amy, cast.dan)
    got: dict[str, list[News | None]] = {person.user.first_name: [] for person in people}
    tasks = [asyncio.create_task(listen(hub, person.user_id, got[person.user.first_name])) for person in people]
    await until(lambda: told_of(got["Dan"], cast.dan.user_id, "first"))  # the subscription is there
    await tell()
    await until(lambda: told_of(got["Dan"], cast.dan.user_id, "last"))
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    thread = News("inbox-changed", (await cast.conversation()).id)
    return {name for name, told in got.items() if thread in told}


async def test_an_event_is_told_to_the_holder_or_to_all_staff_where_the_thread_was_handed_over(
    hub: Hub, cast: Cast
) -> None:
    lisas = (await cast.conversation()).id
    assert await hears(hub, cast, lambda: news.tell(lisas)) == set(), "nobody holds it"
    await cast.start(cast.amy)
    await cast.click(cast.amy)
    assert await hears(hub, cast, lambda: news.tell(lisas)) == {"Amy"}
    assert await hears(hub, cast, lambda: news.tell(lisas, cast.amy.user_id)) == {"Amy"}, "the caller knows the holder"
    await assigning.hand_to_staff(lisas, cast.amy.user)
    assert await hears(hub, cast, lambda: news.tell(lisas)) == {"Selina", "Gary"}
