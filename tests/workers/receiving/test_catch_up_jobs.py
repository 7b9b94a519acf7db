"""The texts that Twilio could not deliver to us are listed at Twilio: the account's newest, not number by number (SPEC X5)."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.cast import Cast, texts
from tests.cast.stand_ins.missed import DORA, HOUR, came, heard, heard_until, left, stopped, whole
from tests.cast.stand_ins.simulated import Simulated
from tests.cast.stand_ins.twilio import Counted, Troubled
from tests.cast.texting import SECOND, clicked, texted
from tests.cast.waiting import until
from webapp import clock
from webapp.database import transaction
from webapp.gateways import twilio as gateways
from webapp.gateways.twilio import Twilio
from webapp.models.numbers.number import PhoneNumber, add_number
from webapp.models.opt_outs.opt_out import OptOut
from webapp.models.receiving.event import TwilioEvent
from webapp.workers import settings
from webapp.workers.receiving import catching_up
from webapp.workers.sending import draining

[JOB] = [job for job in settings.CLOCKWORK if job.coroutine.__qualname__ == "catch_up"]


async def test_what_came_while_we_were_away_is_taken_in_by_catching_up(
    cast: Cast, ctx: dict, twilio: Simulated
) -> None:
    await clicked(cast)
    await draining.drain(ctx, cast.number.id)
    for words in ("Yes", "STOP"):
        await twilio.post(
            "/simulator/replies",
            json={"from": cast.lisa.phone, "to": cast.number.e164, "body": words, "deliver": False},
        )
    clock.freeze(datetime.now(UTC))
    for _ in range(2):
        await catching_up.catch_up(ctx)
    assert [m.body for m in await texts() if m.direction == "in"] == ["Yes", "STOP"]
    assert await OptOut.exists(phone=cast.lisa.phone)


@pytest.mark.both
@pytest.mark.parametrize("ever_heard", [True, False])
async def test_a_stop_lost_at_the_320th_of_1_000_numbers_is_found_by_some_calls(
    cast: Cast, gateway: Twilio, twilio: Simulated, ever_heard: bool
) -> None:
    others = [f"+1412666{n:04d}" for n in range(999)]
    await heard(cast, HOUR, *others)
    if not ever_heard:
        await transaction(lambda: PhoneNumber.all().update(heard_until=None))
    came(twilio, cast.lisa.phone, others[318], "STOP", timedelta(minutes=50))
    left(twilio, others[7], 2_500, HOUR)
    async with Counted() as counted:
        await JOB.coroutine({"twilio": counted})
    assert await stopped(cast) and len(counted.asked) == 3
    assert await PhoneNumber.filter(heard_until=whole()).count() == 1_000


@pytest.mark.both
async def test_an_outage_of_six_hours_of_a_busy_account_is_listed_to_its_beginning(
    cast: Cast, gateway: Twilio, twilio: Simulated, monkeypatch: pytest.MonkeyPatch
) -> None:
    """25,000 texts went out; here every hundredth, on pages of 20."""
    monkeypatch.setattr(gateways, "LARGEST_PAGE", 20)
    await texted(cast)
    await heard(cast, 6 * HOUR)
    for n, words in enumerate(("Yes", "At what time?", "STOP")):
        came(twilio, cast.lisa.phone, cast.number.e164, words, 6 * HOUR - n * 2 * HOUR)
    left(twilio, cast.number.e164, 250, 6 * HOUR)
    async with Counted() as counted:
        assert await catching_up.take_in_missed(counted)
        assert await stopped(cast) and len(counted.asked) == 13
        assert [m.body for m in await texts() if m.direction == "in"] == ["Yes", "At what time?", "STOP"]
        counted.asked.clear()
        await catching_up.take_in_missed(counted)
    assert len(counted.asked) == 1 and await TwilioEvent.all().count() == 3


@pytest.mark.both
async def test_a_page_that_fails_half_way_skips_nothing_and_moves_nothing_on(
    cast: Cast, gateway: Twilio, twilio: Simulated, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateways, "LARGEST_PAGE", 20)
    await heard(cast, 6 * HOUR)
    came(twilio, cast.lisa.phone, cast.number.e164, "STOP", 5 * HOUR)
    came(twilio, DORA, cast.number.e164, "Yes", timedelta(minutes=5))
    left(twilio, cast.number.e164, 100, 6 * HOUR)
    async with Troubled(503, lambda _, url, asked: "Page=2" in url) as broken:
        assert not await catching_up.take_in_missed(broken)
    assert await heard_until(cast) == clock.now() - 6 * HOUR
    assert [e.payload["Body"] for e in await TwilioEvent.all()] == ["Yes"], "what was listed is kept"
    assert await catching_up.take_in_missed(gateway)
    assert await stopped(cast) and await heard_until(cast) == whole()


@pytest.mark.parametrize(("late", "found"), [(9, True), (11, False)])
async def test_a_text_that_the_list_shows_minutes_late_is_found(
    cast: Cast, gateway: Twilio, twilio: Simulated, late: int, found: bool
) -> None:
    """The second is the control: what the list shows later than that is not looked for."""
    await heard(cast, HOUR)
    left(twilio, cast.number.e164, 1, HOUR)
    await catching_up.take_in_missed(gateway)
    came(twilio, cast.lisa.phone, cast.number.e164, "STOP", timedelta(minutes=late))
    await catching_up.take_in_missed(gateway)
    assert await stopped(cast) == found


@pytest.mark.parametrize("wrongly_sorted", [False, True])
async def test_where_twilio_filters_by_the_day_only_the_list_ends_where_it_is_needed(
    cast: Cast, gateway: Twilio, twilio: Simulated, wrongly_sorted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateways, "LARGEST_PAGE", 2)
    await heard(cast, HOUR)
    at = clock.now() - HOUR - timedelta(minutes=19 if wrongly_sorted else 5)  # its place in the list
    sid = came(twilio, cast.lisa.phone, cast.number.e164, "STOP", HOUR)
    twilio.carrier.store.db.execute("UPDATE message SET created = ? WHERE sid = ?", (at.timestamp(), sid))
    monkeypatch.setattr("webapp.simulator.messages.LISTED", "created")
    left(twilio, cast.number.e164, 170, 17 * HOUR)

    def by_the_day(asked: dict[str, Any]) -> None:
        asked["DateSent>"] = asked["DateSent>"][:10] + "T00:00:00Z"

    async with Counted(by_the_day) as counted:
        await catching_up.take_in_missed(counted)
    assert await stopped(cast) and len(counted.asked) < 10, "of 86 pages"


async def test_a_page_that_takes_twilio_too_long_is_asked_for_in_small(
    cast: Cast, gateway: Twilio, twilio: Simulated
) -> None:
    await heard(cast, HOUR)
    came(twilio, cast.lisa.phone, cast.number.e164, "STOP", HOUR / 2)

    def slow(asked: dict[str, Any]) -> None:
        if int(asked["PageSize"]) > 100:
            raise TimeoutError

    async with Counted(slow) as counted:
        assert await catching_up.take_in_missed(counted)
    assert await stopped(cast)


async def test_texts_to_a_number_of_the_account_that_is_not_ours_are_left_alone(
    cast: Cast, gateway: Twilio, twilio: Simulated
) -> None:
    await heard(cast, HOUR)
    came(twilio, cast.lisa.phone, SECOND, "STOP", HOUR / 2)
    assert await catching_up.take_in_missed(gateway)
    assert not await TwilioEvent.exists()
    await add_number(cast.meyer, SECOND, "PN" + "b" * 32, webhooks_ok=True)
    assert await catching_up.take_in_missed(gateway)


@pytest.mark.parametrize("ahead", [2, -2])
async def test_a_clock_that_was_wrong_for_hours_skips_nothing(
    cast: Cast, gateway: Twilio, twilio: Simulated, ahead: int
) -> None:
    """Ours; Twilio's is right."""
    await heard(cast, HOUR)
    left(twilio, cast.number.e164, 10, HOUR)
    right = clock.now()
    clock.freeze(right + ahead * HOUR)
    await catching_up.take_in_missed(gateway)
    clock.freeze(right)
    came(twilio, cast.lisa.phone, cast.number.e164, "STOP", timedelta(minutes=-1))
    clock.freeze(right + timedelta(minutes=20))
    left(twilio, cast.number.e164, 1, HOUR)
    await catching_up.take_in_missed(gateway)
    assert await stopped(cast)


async def test_more_than_memory_should_hold_is_stored_in_parts(
    cast: Cast, gateway: Twilio, twilio: Simulated, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateways, "LARGEST_PAGE", 5)
    monkeypatch.setattr(catching_up, "MOST_HELD", 10)
    await heard(cast, HOUR)
    for n in range(32):
        came(twilio, DORA, cast.number.e164, f"{n}", timedelta(minutes=40 - n))
    assert await catching_up.take_in_missed(gateway)
    stored = [int(e.payload["Body"]) for e in await TwilioEvent.all().order_by("id")]
    assert stored == [*range(22, 32), *range(12, 22), *range(2, 12), 0, 1]


async def test_a_picture_nobody_can_list_does_not_hold_up_a_stop(
    cast: Cast, gateway: Twilio, twilio: Simulated
) -> None:
    await heard(cast, HOUR)
    sid = came(twilio, DORA, cast.number.e164, "Look", HOUR / 2)
    picture = "https://api.twilio.com/simulator/picture.png"
    twilio.carrier.store.db.execute("UPDATE message SET media = ? WHERE sid = ?", (picture, sid))
    came(twilio, cast.lisa.phone, cast.number.e164, "STOP", HOUR / 3)
    async with Troubled(404, lambda _, url, __: "/Media.json" in url) as broken:
        await catching_up.catch_up({"twilio": broken})
    assert await stopped(cast)


async def test_a_run_that_still_goes_on_is_not_begun_a_second_time(cast: Cast, gateway: Twilio) -> None:
    await heard(cast, HOUR)
    go = asyncio.Event()

    class Slow(Counted):
        async def pages_since(self, *told: Any) -> Any:
            self.asked.append({})
            await go.wait()
            async for page in super().pages_since(*told):
                yield page

    async with Slow() as slow:
        first = asyncio.create_task(catching_up.catch_up({"twilio": slow}))
        await until(lambda: slow.asked)
        await catching_up.catch_up({"twilio": slow})
        assert len(slow.asked) == 1
        go.set()
        await first
        await catching_up.catch_up({"twilio": slow})
    assert len(slow.asked) == 4, "two runs: each a list and its call"


async def test_the_clockwork_ends_a_run_before_it_begins_the_next() -> None:
    assert JOB.timeout_s and catching_up.SECONDS < JOB.timeout_s < 120
