"""Operations, unmatched texts."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from tests.cast import Cast
from tests.cast.site import Browser
from webapp import clock, config, queue
from webapp.config import Settings
from webapp.models.accounts.campaign import Campaign
from webapp.models.numbers.number import change_number
from webapp.models.outcomes import outages
from webapp.models.receiving import applying
from webapp.models.receiving.event import INBOUND
from webapp.rules import phone

OFFICE = "/c/meyer/admin"


async def writes(cast: Cast, number: str, words: str, sid: str) -> None:
    event = await applying.keep(INBOUND, {"MessageSid": sid, "From": number, "To": cast.number.e164, "Body": words})
    assert event
    await applying.apply(event)


@pytest.mark.both
async def test_operations_shows_what_waits_and_for_how_long(cast: Cast, browse: Browser) -> None:
    await cast.start(cast.amy)
    await cast.click(cast.amy)
    clock.freeze(clock.now() + timedelta(minutes=3))
    shown = (await (await browse(cast.gary)).get(OFFICE + "/operations")).text
    assert phone.national(cast.number.e164) in shown and "3 min" in shown and "Waiting to be sent" in shown


async def test_operations_says_when_everybody_could_be_texted(cast: Cast, browse: Browser) -> None:
    await queue.note_worker()
    await change_number(cast.number, rate=1.0)
    for n in range(120):
        await cast.add_contact(f"+1412555{2000 + n}", zip="15213")
    await cast.make()
    shown = (await (await browse(cast.gary)).get(OFFICE + "/operations")).text
    assert re.search(r"<dd>121</dd>\s*<dd>\s*done at the earliest on", shown) and "11:02 AM" in shown
    await change_number(cast.number, paused_at=clock.now())
    shown = (await (await browse(cast.gary)).get(OFFICE + "/operations")).text
    assert "nobody can say when: a number can't send now" in shown


async def nothing(cast: Cast) -> None:
    pass


async def stop(cast: Cast) -> None:
    await (await Campaign.get(id=cast.meyer.id)).stop_everything()


async def worker_gone(cast: Cast) -> None:
    await queue.pool().delete(queue.WORKER)


async def outage(cast: Cast) -> None:
    for _ in range(outages.FEW):
        await outages.failed(cast.number.id, "HTTP 503")


async def pause_number(cast: Cast) -> None:
    await change_number(cast.number, paused_at=clock.now())


async def held(cast: Cast) -> None:
    await change_number(cast.number, held_until=clock.now() + timedelta(minutes=4))


async def slow(cast: Cast) -> None:
    await change_number(cast.number, rate=0.00001)


@pytest.mark.both
@pytest.mark.parametrize(
    ("happens", "says"),
    [
        (nothing, "sent by Nov 24, 11:00 AM"),
        (held, "sent by Nov 24, 11:04 AM"),
        (stop, "nobody can say when: no text leaves now"),
        (worker_gone, "nobody can say when: no text leaves now"),
        (outage, "nobody can say when: no text leaves now"),
        (pause_number, "nobody can say when: a number can't send now"),
        (slow, "not all before texting hours end"),
    ],
)
async def test_when_the_queue_is_empty_is_said_only_where_somebody_can_know(
    cast: Cast, browse: Browser, happens: Callable[[Cast], Awaitable[None]], says: str
) -> None:
    await queue.note_worker()
    await cast.start(cast.amy)
    await cast.click(cast.amy)
    await happens(cast)
    shown = (await (await browse(cast.gary)).get(OFFICE + "/operations")).text
    assert says in shown


async def test_operations_says_whether_a_worker_is_there(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    await queue.pool().delete(queue.WORKER)
    assert "The program that sends is not running" in (await gary.get(OFFICE + "/operations")).text
    await queue.note_worker()
    assert "The program that sends is not running" not in (await gary.get(OFFICE + "/operations")).text


@pytest.mark.both
async def test_a_text_from_a_stranger_is_kept_for_the_staff(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    assert "Nothing here" in (await gary.get(OFFICE + "/unmatched")).text
    await writes(cast, "+12125550188", "Who is this? <b>", "SM" + "1" * 32)
    await writes(cast, "+12125550189", "STOP", "SM" + "2" * 32)
    shown = (await gary.get(OFFICE + "/unmatched")).text
    assert "Who is this? &lt;b&gt;" in shown and "Opted out" in shown


@pytest.mark.both
async def test_metrics_answer_who_has_the_token_and_nobody_else(
    cast: Cast, browse: Browser, settings: Settings
) -> None:
    client = await browse()
    assert (await client.get("/metrics")).status_code == 404
    config.use(Settings(**{**settings.__dict__, "metrics_token": "long and secret"}))
    assert (await client.get("/metrics", headers={"Authorization": "Bearer wrong"})).status_code == 404
    await cast.start(cast.amy)
    await cast.click(cast.amy)
    await writes(cast, cast.lisa.phone, "Hello", "SM" + "3" * 32)
    clock.freeze(clock.now() + timedelta(seconds=35))
    answer = await client.get("/metrics", headers={"Authorization": "Bearer long and secret"})
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/plain")
    lines = answer.text.splitlines()
    assert 'textbank_queue_texts{campaign="meyer",number="1"} 1.0' in lines
    assert 'textbank_queue_oldest_seconds{campaign="meyer",number="1"} 35.0' in lines
    assert 'textbank_texts_total{result="initials"} 0.0' in lines
    assert "textbank_waiting_events 0.0" in lines and "textbank_inbound_delay_seconds 0.0" in lines
    assert cast.number.e164 not in answer.text and "4125550" not in answer.text
