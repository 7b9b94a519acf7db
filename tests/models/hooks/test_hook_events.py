"""Each event is noted for every endpoint that wants it, in the transaction of the change (SPEC B7)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import MORNING, Cast
from tests.cast.stand_ins.hooks import wants
from tests.cast.texting import says, texted
from webapp import clock
from webapp.database import transaction
from webapp.models.conversations.message import Message
from webapp.models.hooks import endpoint, event
from webapp.models.hooks.endpoint import HookEndpoint
from webapp.models.hooks.event import GIVEN_UP, SENDING, TAKEN, WAITING, HookEvent
from webapp.models.opt_outs.many import opt_out_many
from webapp.models.reports.report import Report
from webapp.rules.hooks import events, pauses

pytestmark = pytest.mark.both
URL = "https://data.example.org/hook"


async def noted(hook: HookEndpoint) -> list[str]:
    return [one.kind for one in await HookEvent.filter(endpoint_id=hook.id).order_by("id")]


async def test_whatever_happens_is_noted_in_its_transaction(cast: Cast) -> None:
    hook, _ = await wants(cast.selina, URL)
    some, _ = await wants(cast.selina, URL, events.OPT_OUT)
    other, _ = await wants(cast.jonah, URL)
    await texted(cast)
    text = await Message.get(kind="initial")
    for state in ("sent", "delivered", "read"):
        await transaction(lambda state=state: Message.filter(id=text.id).update(delivery=state))  # type: ignore[misc]
    await says(cast, "stop")
    report = {"user": cast.amy.user, "contact_id": cast.lisa.id, "filed_at": MORNING}
    await transaction(lambda: Report.create(**report))
    assert await noted(hook) == [events.SENT, events.DELIVERED, events.REPLY, events.OPT_OUT, events.REPORT]
    assert await noted(some) == [events.OPT_OUT] and await noted(other) == []


async def test_a_text_that_fails_is_told_once(cast: Cast) -> None:
    hook, _ = await wants(cast.selina, URL, events.FAILED)
    await texted(cast)
    for delivery in ("undelivered", "failed"):
        await transaction(lambda delivery=delivery: Message.filter(kind="initial").update(delivery=delivery))  # type: ignore[misc]
    assert await noted(hook) == [events.FAILED]


async def test_what_is_rolled_back_is_not_told(cast: Cast) -> None:
    hook, _ = await wants(cast.selina, URL)

    async def fails() -> None:
        await opt_out_many(cast.meyer, ["+14125550199"], "admin", None)
        raise RuntimeError("broken on purpose")

    with pytest.raises(RuntimeError):
        await transaction(fails)
    assert await noted(hook) == []


async def test_an_endpoint_that_ended_or_is_off_is_told_nothing(cast: Cast) -> None:
    ended, off = [(await wants(cast.selina, URL))[0] for _ in range(2)]
    await endpoint.end(cast.selina, ended)
    await transaction(lambda: HookEndpoint.filter(id=off.id).update(off_at=MORNING))
    await opt_out_many(cast.meyer, ["+14125550199"], "admin", None)
    assert await HookEvent.all().count() == 0


async def test_one_worker_claims_an_event_and_a_dead_ones_is_sent_again(cast: Cast) -> None:
    hook, _ = await wants(cast.selina, URL, events.OPT_OUT)
    await opt_out_many(cast.meyer, ["+14125550199"], "admin", None)
    assert await event.stamp() == 1 and await event.due() == [hook.id]
    lease = await endpoint.take_lease(hook.id)
    assert lease and await endpoint.take_lease(hook.id) is None
    claimed = await event.claim(hook.id, lease)
    assert claimed and await event.claim(hook.id, lease) is None and await event.claim(hook.id, "other") is None
    assert claimed.body["type"] == "opt_out.made" and claimed.body["data"]["phone"] == "•••-•••-••99"
    clock.freeze(MORNING + timedelta(seconds=61))
    await event.stamp()
    lease = await endpoint.take_lease(hook.id) or ""
    again = await event.claim(hook.id, lease)
    assert again and again.public_id == claimed.public_id and again.body == claimed.body
    await event.taken(claimed, 200, "late")
    assert (await HookEvent.get()).state == SENDING, "the attempt before is over"
    await event.taken(again, 200, "ok")
    assert (await HookEvent.get()).state == TAKEN


async def test_failures_are_tried_again_until_it_is_given_up_and_the_endpoint_is_off(cast: Cast) -> None:
    hook, _ = await wants(cast.selina, URL, events.OPT_OUT)
    await opt_out_many(cast.meyer, ["+14125550199"], "admin", None)
    await event.stamp()
    off, now, tries = False, MORNING, 0
    while not off:
        tries += 1
        lease = await endpoint.take_lease(hook.id) or ""
        claimed = await event.claim(hook.id, lease)
        if claimed is None:
            break
        off = await event.failed(claimed, 500, "call +1 412 555 0199")
        await endpoint.give_lease_back(hook.id, lease)
        now += timedelta(hours=6, minutes=20)
        clock.freeze(now)
        assert tries <= pauses.TRIES
    row, there = await HookEvent.get(), await HookEndpoint.get()
    assert off and there.off_at and there.off_why.startswith("HTTP 500") and row.state in (WAITING, GIVEN_UP)
    assert "0199" not in row.answer and tries > 10 and await event.due() == []
    await endpoint.turn_on(cast.selina, there)
    assert await event.send_again(cast.selina, there, row.id) == 1 and await event.due() == [hook.id]


async def test_who_says_gone_is_turned_off_at_once(cast: Cast) -> None:
    hook, _ = await wants(cast.selina, URL, events.OPT_OUT)
    await opt_out_many(cast.meyer, ["+14125550199"], "admin", None)
    await event.stamp()
    lease = await endpoint.take_lease(hook.id) or ""
    claimed = await event.claim(hook.id, lease)
    assert claimed and await event.failed(claimed, 410, "gone") and (await HookEndpoint.get()).off_at


@pytest.mark.parametrize("status", [200, 500])
async def test_an_answer_that_no_database_stores_is_an_answer_all_the_same(cast: Cast, status: int) -> None:
    hook, _ = await wants(cast.selina, URL, events.OPT_OUT)
    await opt_out_many(cast.meyer, ["+14125550199"], "admin", None)
    await event.stamp()
    lease = await endpoint.take_lease(hook.id) or ""
    claimed = await event.claim(hook.id, lease)
    assert claimed
    await (event.taken(claimed, 200, "o\x00k\x1b") if status == 200 else event.failed(claimed, 500, "o\x00k\x1b"))
    row = await HookEvent.get()
    assert (row.state, row.answer) == (TAKEN if status == 200 else WAITING, "o k")


async def test_old_events_are_forgotten(cast: Cast) -> None:
    await wants(cast.selina, URL, events.OPT_OUT)
    await opt_out_many(cast.meyer, ["+14125550199"], "admin", None)
    await event.stamp()
    assert await event.forget_old() == 0
    clock.freeze(MORNING + timedelta(days=31))
    assert await event.forget_old() == 1
