"""Catching up where the account's list can't be read: number by number."""

from __future__ import annotations

from typing import Any

import pytest
from twilio.base.exceptions import TwilioException

from tests.cast import Cast
from tests.cast.stand_ins.missed import DORA, HOUR, came, heard, heard_until, left, stopped, whole
from tests.cast.stand_ins.simulated import Simulated
from tests.cast.stand_ins.twilio import Counted, Troubled
from tests.cast.texting import SECOND
from webapp import clock
from webapp.database import transaction
from webapp.gateways import twilio as gateways
from webapp.gateways.twilio import Twilio
from webapp.models.accounts.campaign import Campaign
from webapp.models.numbers import hearing, managing
from webapp.models.numbers.number import PhoneNumber
from webapp.workers import numbers
from webapp.workers.receiving import catching_up


@pytest.mark.both
async def test_a_number_added_again_is_listed_by_itself_and_the_account_no_further_back(
    cast: Cast, gateway: Twilio, twilio: Simulated
) -> None:
    await heard(cast, HOUR, SECOND)
    again = PhoneNumber.filter(e164=SECOND)
    await transaction(lambda: again.update(heard_until=clock.now() - 500 * HOUR))
    came(twilio, cast.lisa.phone, SECOND, "STOP", 400 * HOUR)
    left(twilio, cast.number.e164, 5_000, 500 * HOUR)
    async with Counted() as counted:
        assert await catching_up.take_in_missed(counted)
        assert [asked.get("To") for asked in counted.asked] == [None, SECOND]
        counted.asked.clear()
        assert await catching_up.take_in_missed(counted)
        assert len(counted.asked) == 1
    assert await stopped(cast) and (await PhoneNumber.get(e164=SECOND)).heard_until == whole()


@pytest.mark.parametrize("trouble", [False, True])
async def test_one_number_that_cannot_be_listed_does_not_keep_the_others_from_being_heard(
    cast: Cast, gateway: Twilio, twilio: Simulated, trouble: bool
) -> None:
    await heard(cast, HOUR, SECOND, "+14125550177")
    behind = PhoneNumber.exclude(id=cast.number.id)
    await transaction(lambda: behind.update(heard_until=clock.now() - 50 * HOUR))
    came(twilio, cast.lisa.phone, SECOND, "STOP", 40 * HOUR)
    of = "+14125550177" if trouble else "nobody"
    async with Troubled(500, lambda _, url, asked: of in asked.values()) as broken:
        assert await catching_up.take_in_missed(broken) != trouble
    assert await stopped(cast)


@pytest.mark.both
async def test_a_list_too_long_for_one_run_is_left_for_the_numbers_one_by_one_and_comes_to_an_end(
    cast: Cast, gateway: Twilio, twilio: Simulated, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each call takes 4 s. The account's list has 75 pages; a run has time for half of them and some numbers."""
    monkeypatch.setattr(gateways, "LARGEST_PAGE", 4)
    others = [f"+1412666{n:04d}" for n in range(20)]
    await heard(cast, 30 * HOUR, *others)
    came(twilio, cast.lisa.phone, others[0], "STOP", 29 * HOUR)
    left(twilio, cast.number.e164, 300, 30 * HOUR)
    steady, calls = 0.0, []

    def takes_long(_: object) -> None:
        nonlocal steady
        steady += 4

    monkeypatch.setattr(clock, "steady", lambda: steady)
    async with Counted(takes_long) as counted:
        for _ in range(3):
            await catching_up.catch_up({"twilio": counted})
            calls.append(len(counted.asked))
            counted.asked.clear()
    assert calls == [21, 12, 1], "all were heard, the last run lists what came in since"
    assert await stopped(cast) and await PhoneNumber.filter(heard_until=whole()).count() == 21


async def test_the_numbers_one_by_one_are_not_tried_where_the_account_s_list_fails(
    cast: Cast, gateway: Twilio, twilio: Simulated
) -> None:
    await heard(cast, HOUR, SECOND)

    def fails(_: object) -> None:
        raise TwilioException("503")

    async with Counted(fails) as counted:
        assert not await catching_up.take_in_missed(counted)
    assert len(counted.asked) == 1


@pytest.mark.both
async def test_a_number_set_back_while_its_list_is_read_stays_where_it_was_set(cast: Cast, gateway: Twilio) -> None:
    """The doctor works beside the worker: what came before the worker's list must be listed by the doctor."""
    await heard(cast, HOUR)
    left_back = clock.now() - 100 * HOUR

    class Meanwhile(Counted):
        async def pages_since(self, *told: Any) -> Any:
            async for page in super().pages_since(*told):
                await hearing.set_back(cast.number, left_back)
                yield page

    async with Meanwhile() as gone_back:
        await catching_up.take_in_missed(gone_back)
    assert await heard_until(cast) == left_back


@pytest.mark.both
async def test_what_came_to_a_number_is_taken_in_before_it_is_given_back(
    cast: Cast, gateway: Twilio, twilio: Simulated
) -> None:
    await heard(cast, HOUR)
    came(twilio, cast.lisa.phone, cast.number.e164, "STOP", HOUR / 2)
    await managing.retire(cast.number, cast.selina)
    async with Troubled(500, lambda _, __, asked: "To" in asked) as broken:
        await numbers.release_number({"twilio": broken}, cast.number.id)
    assert not await is_given_back(cast), "what can't be listed may be a STOP"
    await numbers.release_number({"twilio": gateway}, cast.number.id)
    assert await is_given_back(cast) and await stopped(cast)


@pytest.mark.both
async def test_a_number_given_back_is_listed_until_all_that_came_to_it_before_is_there(
    cast: Cast, gateway: Twilio, twilio: Simulated
) -> None:
    """Twilio's list may lag by ten minutes: the STOP comes into it after the number was given back."""
    await heard(cast, HOUR, SECOND)
    await managing.retire(cast.number, cast.selina)
    await numbers.release_number({"twilio": gateway}, cast.number.id)
    came(twilio, cast.lisa.phone, cast.number.e164, "STOP", HOUR / 60)
    assert await catching_up.take_in_missed(gateway) and await stopped(cast)
    clock.freeze(clock.now() + HOUR / 4)
    came(twilio, DORA, SECOND, "Hi", HOUR / 60)
    assert len(await hearing.to_list()) == 2
    assert await catching_up.take_in_missed(gateway)
    assert [n.e164 for n in await hearing.to_list()] == [SECOND], "its list is whole"


@pytest.mark.both
async def test_a_stranger_s_text_by_a_number_given_back_stops_nothing(
    cast: Cast, gateway: Twilio, twilio: Simulated
) -> None:
    await heard(cast, HOUR, SECOND)
    await managing.retire(cast.number, cast.selina)
    await numbers.release_number({"twilio": gateway}, cast.number.id)
    left(twilio, cast.number.e164, 3, HOUR / 4)
    assert await catching_up.take_in_missed(gateway)
    assert (await Campaign.get(id=cast.meyer.id)).stopped_at is None


async def is_given_back(cast: Cast) -> bool:
    return (await PhoneNumber.get(id=cast.number.id)).released_at is not None
