"""Live news reach a user's pages, and every (re)connection says: catch up."""

from __future__ import annotations

import asyncio

from tests.cast import Cast
from tests.cast.hubs import hub as hub
from tests.cast.hubs import listen
from tests.cast.waiting import until
from webapp import config, live, queue
from webapp.live import CATCH_UP, Hub, News


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
