"""While Twilio fails, numbers rest longer each time, and one text is tried before others follow (SPEC X4)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import Cast
from tests.cast.texting import SECOND, clicked
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts.campaign import Campaign
from webapp.models.numbers.number import PhoneNumber, add_number
from webapp.models.outcomes import outages
from webapp.models.sending.claim import Ask, Wait, claim_next
from webapp.models.sending.leaving import Claimed


async def fails(cast: Cast, times: int) -> list[float]:
    return [await outages.failed(cast.number.id, "HTTP 503") for _ in range(times)]


async def number(cast: Cast) -> PhoneNumber:
    return await PhoneNumber.get(id=cast.number.id).select_related("campaign")


@pytest.mark.both
async def test_a_number_rests_after_a_few_failures_and_longer_each_time(cast: Cast) -> None:
    assert await fails(cast, 8) == [0, 0, 10, 20, 40, 80, 160, 300]
    assert await fails(cast, 3) == [300, 300, 300]
    campaign = await Campaign.get(id=cast.meyer.id)
    assert campaign.failure == "HTTP 503" and campaign.failing_since == clock.now()


@pytest.mark.both
async def test_after_its_rest_twilio_is_asked_and_one_process_tries(cast: Cast) -> None:
    await clicked(cast)
    await fails(cast, outages.FEW)
    assert await claim_next(cast.number.id) == Wait(10.0)
    assert not await outages.begin_try(cast.number.id), "it still rests"
    clock.freeze(clock.now() + timedelta(seconds=10))
    assert await claim_next(cast.number.id) == Ask(out=True)
    assert await outages.begin_try(cast.number.id)
    assert not await outages.begin_try(cast.number.id), "another process tries"
    assert isinstance(await claim_next(cast.number.id), Wait)
    tried = await claim_next(cast.number.id, trying=True)
    assert isinstance(tried, Claimed) and tried.after_failures
    await outages.works(cast.number.id)
    assert (await number(cast)).failures == 0 and not (await number(cast)).campaign.failing_since


@pytest.mark.both
async def test_failures_of_one_number_after_the_other_make_the_campaign_rest(cast: Cast) -> None:
    """The account or the network is at fault, not a number."""
    other = await add_number(cast.meyer, SECOND, "PN" + "b" * 32, rate=1e9, webhooks_ok=True)
    await clicked(cast)
    for n in range(outages.FEW_OF_ALL):
        await outages.failed([cast.number.id, other.id][n % 2], "no answer in time")
    await transaction(lambda: PhoneNumber.all().update(failures=0, rests_until=None))
    assert await claim_next(cast.number.id) == Wait(10.0)
    clock.freeze(clock.now() + timedelta(seconds=10))
    assert await claim_next(cast.number.id) == Ask(out=True)
    assert await outages.begin_try(other.id)
    assert not await outages.begin_try(cast.number.id), "one number tries for all"


async def test_failures_that_are_not_in_a_row_make_nothing_rest(cast: Cast) -> None:
    for _ in range(5):
        assert await fails(cast, outages.FEW - 1) == [0.0, 0.0]
        await outages.works(cast.number.id)
