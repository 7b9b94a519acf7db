"""Drains while Twilio fails: few texts become unknown, and all of them leave once it works again (SPEC X4)."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from tests.cast import Cast, texts
from tests.cast.stand_ins.simulated import Simulated
from tests.cast.stand_ins.twilio import Hangs, Quick, Silent, Troubled
from tests.cast.texting import clicked
from tests.cast.waiting import until
from webapp import clock
from webapp.database import transaction
from webapp.gateways.twilio import Later, Outcome, Sent, Text, Unknown
from webapp.gateways.twilio_http import TooManyRequests
from webapp.models.accounts.campaign import Campaign
from webapp.models.numbers.number import PhoneNumber
from webapp.models.outcomes import answers, outages
from webapp.models.sending.claim import claim_next
from webapp.workers.sending import calling, draining

PEOPLE = 30


async def many_clicked(cast: Cast) -> None:
    people = [await cast.add_contact(f"+1412555{4000 + n}", zip="15213") for n in range(PEOPLE)]
    await cast.make()
    await cast.start(cast.amy)
    for person in people:
        await cast.click(cast.amy, person)


class Failing(Silent):
    """A Twilio that answers calls in this way until it is well."""

    def __init__(self, how: Outcome) -> None:
        self.how, self.well, self.asked = how, False, 0
        self.sent: list[str] = []

    async def newest_from(self, *_: object) -> list[Text]:
        self.asked += 1
        if not self.well and self.asked > 1:
            raise TimeoutError
        return []

    async def send(self, to: str, *_: object) -> Outcome:
        if not self.well:
            return self.how
        self.sent.append(to)
        return Sent(f"SM{len(self.sent):032x}")


async def states() -> Counter[str]:
    return Counter(message.status for message in await texts())


async def drain_for(ctx: dict, cast: Cast, seconds: int) -> None:
    """A drain every five seconds, as the sweep asks for."""
    for _ in range(0, seconds, 5):
        await draining.drain(ctx, cast.number.id)
        clock.freeze(clock.now() + timedelta(seconds=5))


@pytest.mark.both
@pytest.mark.parametrize(
    "how", [Unknown("HTTP 503"), Unknown("no answer in time"), Later(5, "Twilio can't be reached")]
)
async def test_an_outage_of_an_hour_makes_a_handful_of_texts_unknown(
    cast: Cast, how: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draining, "WORK", 0.1)  # the clock stands still within a drain
    await many_clicked(cast)
    await transaction(lambda: PhoneNumber.filter(id=cast.number.id).update(rate=1.0))
    twilio = Failing(how)
    ctx: dict = {"twilio": twilio}
    await drain_for(ctx, cast, 3_600)
    lost = (await states())["unknown"]
    assert lost <= outages.FEW and (await states())["queued"] == PEOPLE - lost
    assert twilio.asked < 30, "Twilio is asked every five minutes in the end"
    twilio.well = True
    await drain_for(ctx, cast, 600)
    assert (await states()) == Counter({"taken": PEOPLE - lost, "unknown": lost} if lost else {"taken": PEOPLE})
    assert len(set(twilio.sent)) == len(twilio.sent)
    assert (await Campaign.get(id=cast.meyer.id)).failing_since is None


async def test_calls_that_take_long_keep_others_from_beginning(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    await many_clicked(cast)
    monkeypatch.setattr(draining, "WORK", 2.0)
    monkeypatch.setattr(calling, "SLOW", 0.05)

    async def paced(number_id: int, asked: bool, trying: bool) -> object:
        await asyncio.sleep(0.04)
        return await claim_next(number_id, asked, trying)

    monkeypatch.setattr("webapp.workers.sending.draining.claim_next", paced)
    hangs = Hangs()
    drain = asyncio.create_task(draining.drain({"twilio": hangs}, cast.number.id))
    await until(lambda: len(hangs.sent) >= 2)
    await asyncio.sleep(0.5)
    under_way = len(hangs.sent)
    hangs.go.set()
    await drain
    assert under_way <= 5


@pytest.mark.both
async def test_an_account_that_twilio_refuses_stops_the_campaign_before_a_text_is_tried(
    cast: Cast, twilio: Simulated
) -> None:
    await clicked(cast)
    async with Troubled(401, lambda method, *_: method == "GET") as gateway:
        await draining.drain({"twilio": gateway}, cast.number.id)
    assert (await Campaign.get(id=cast.meyer.id)).stopped_code == 20003
    assert [(message.status, message.attempts) for message in await texts()] == [("queued", 0)]


@pytest.mark.both
async def test_where_twilio_can_not_be_asked_nothing_leaves(cast: Cast) -> None:
    class Mute(Quick):
        async def newest_from(self, *_: object) -> list[Text]:
            raise TimeoutError

    await clicked(cast)
    mute = Mute()
    await draining.drain({"twilio": mute}, cast.number.id)
    assert mute.sent == [] and [message.status for message in await texts()] == ["queued"]


@pytest.mark.both
async def test_twilio_is_asked_once_by_each_process_and_number(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    class Counting(Quick):
        asked = 0

        async def newest_from(self, *_: object) -> list[Text]:
            self.asked += 1
            return []

    await many_clicked(cast)
    twilio = Counting()
    ctx = {"twilio": twilio}
    await draining.drain(ctx, cast.number.id)
    await draining.drain(ctx, cast.number.id)
    assert len(twilio.sent) == PEOPLE and twilio.asked == 1


class Refusing(Quick):
    """Fails at once, and its failures take a while to be stored."""

    async def send(self, to: str, *_: object) -> Outcome:  # type: ignore[override]
        self.sent.append(to)
        return Unknown("HTTP 503")


@pytest.mark.both
@pytest.mark.parametrize("slow", ["unknown", "failed"])
async def test_however_slowly_failures_are_stored_an_outage_takes_a_few_texts(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, slow: str
) -> None:
    """A busy database stores what became of a call late; meanwhile no other begins."""
    module = answers if slow == "unknown" else outages
    store = getattr(module, slow)

    async def stored(*arguments: object, **named: object) -> object:
        await asyncio.sleep(0.3)
        return await store(*arguments, **named)

    await many_clicked(cast)
    monkeypatch.setattr(module, slow, stored)
    twilio = Refusing()
    await draining.drain({"twilio": twilio}, cast.number.id)
    assert len(twilio.sent) <= outages.FEW + 1


@pytest.mark.both
async def test_where_a_question_is_answered_by_429_the_number_waits_as_long_as_it_says(cast: Cast) -> None:
    class Busy(Quick):
        asked = 0

        async def newest_from(self, *_: object) -> list[Text]:
            self.asked += 1
            raise TooManyRequests(40)

    await clicked(cast)
    twilio = Busy()
    await drain_for({"twilio": twilio}, cast, 40)
    assert twilio.asked == 1 and twilio.sent == []
    await draining.drain({"twilio": twilio}, cast.number.id)
    assert twilio.asked == 2
