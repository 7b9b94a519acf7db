"""News reach the pages of whom they concern, and every (re)connection says: catch up."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection

import pytest

from tests.cast import Cast
from tests.cast.waiting import until
from webapp import config, live, news, queue
from webapp.database import transaction
from webapp.live import CATCH_UP, Hub, News
from webapp.models import tallies
from webapp.models.accounts import campaign, members, settings
from webapp.models.accounts.users import Membership
from webapp.models.conversations import assigning
from webapp.models.departures import suspending
from webapp.models.outcomes import learning, restoring


@pytest.fixture
async def hub(cast: Cast):  # type: ignore[no-untyped-def]
    made = Hub()
    made.start()
    yield made
    await made.stop()


async def listen(hub: Hub, user_id: int, got: list[News | None], campaigns: Collection[int] = ()) -> None:
    async for told in hub.listen(user_id, campaigns):
        got.append(told)


async def test_a_nudge_reaches_the_user_s_pages_and_nobody_else_s(hub: Hub, cast: Cast) -> None:
    amy: list[News | None] = []
    dan: list[News | None] = []
    tasks = [
        asyncio.create_task(listen(hub, cast.amy.user_id, amy)),
        asyncio.create_task(listen(hub, cast.dan.user_id, dan)),
    ]
    await until(lambda: len(amy) >= 2 and len(dan) >= 2)  # the connection, and the subscription
    await live.nudge(cast.amy.user_id, "inbox-changed", 7)
    await until(lambda: News("inbox-changed", 7) in amy)
    assert all(told == CATCH_UP for told in dan)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert hub.listeners == {}, "a page that left is forgotten"


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


async def test_a_page_that_connects_is_told_to_catch_up_first(hub: Hub, cast: Cast) -> None:
    stream = hub.listen(cast.amy.user_id)
    assert await anext(stream) == CATCH_UP
    await hub.stop()


async def test_stopping_ends_every_stream(cast: Cast) -> None:
    hub, got = Hub(), list[News | None]()
    task = asyncio.create_task(listen(hub, 1, got))
    await until(lambda: got)
    hub.stopping.set()
    await asyncio.wait_for(task, 2)


async def test_a_slow_page_loses_the_oldest_news_and_never_the_process(hub: Hub, cast: Cast) -> None:
    slow, got_by_other = hub.listen(5), list[News | None]()
    other = asyncio.create_task(listen(hub, 6, got_by_other))
    await anext(slow)
    await until(lambda: len(got_by_other) >= 2)  # the connection, and the subscription
    for n in range(live.MOST_WAITING + 50):
        await live.nudge(5, "inbox-changed", n)
    await live.nudge(6, "inbox-changed", 7)
    await until(lambda: News("inbox-changed", 7) in got_by_other)  # all the others came before
    [mine] = hub.listeners[5]
    assert mine.qsize() == live.MOST_WAITING
    got = [await anext(slow) for _ in range(live.MOST_WAITING)]
    assert got[-1] == News("inbox-changed", live.MOST_WAITING + 49), "the newest is there"
    other.cancel()


async def test_a_nudge_to_a_dead_valkey_is_a_log_line_and_no_error(cast: Cast) -> None:
    await queue.close()
    before = config.settings()
    config.use(type(before)(**{**before.__dict__, "redis_url": "unix:///nowhere/valkey.sock"}))
    async with asyncio.timeout(3):
        await live.nudge(cast.amy.user_id, "inbox-changed")
        await queue.drain(1)
    await queue.close()


async def test_news_told_while_others_are_under_way_go_together_and_all_arrive_in_their_order(
    hub: Hub, cast: Cast
) -> None:
    amy: list[News | None] = []
    listening = asyncio.create_task(listen(hub, cast.amy.user_id, amy))
    await until(lambda: len(amy) >= 2)
    async with queue.pool().pubsub() as raw:
        await raw.subscribe(live.CHANNEL)
        await asyncio.gather(*(live.nudge(cast.amy.user_id, "inbox-changed", n) for n in range(20)))
        await until(lambda: News("inbox-changed", 19) in amy)
        messages = 0
        while await raw.get_message(timeout=0.2):
            messages += 1
    assert [told.id for told in amy if told and told.event == "inbox-changed"] == list(range(20))
    assert messages <= 3, "the subscription, and all news in one message"
    listening.cancel()


async def test_whoever_gives_up_telling_takes_no_other_news_along(hub: Hub, cast: Cast) -> None:
    amy: list[News | None] = []
    listening = asyncio.create_task(listen(hub, cast.amy.user_id, amy))
    await until(lambda: len(amy) >= 2)
    first, second = (asyncio.create_task(live.nudge(cast.amy.user_id, "inbox-changed", n)) for n in (1, 2))
    await asyncio.sleep(0)
    first.cancel()
    await second
    await until(lambda: News("inbox-changed", 2) in amy)
    listening.cancel()
