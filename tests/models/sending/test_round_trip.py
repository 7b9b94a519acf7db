"""The set-up check's text to one's own phone, and its answer."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from tests.cast import Cast
from tests.cast.texting import SID, says
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts.campaign import Campaign
from webapp.models.conversations.message import Message
from webapp.models.outcomes import answers
from webapp.models.receiving import applying
from webapp.models.receiving.event import INBOUND
from webapp.models.results import operations
from webapp.models.sending import round_trip
from webapp.models.sending.claim import claim_next
from webapp.models.sending.click import Declined, Queued
from webapp.models.sending.leaving import Claimed


@pytest.fixture
async def fresh(cast: Cast) -> Cast:
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(round_trip_at=None))
    return cast


async def meyer() -> Campaign:
    return await Campaign.get(slug="meyer")


async def text_selina(cast: Cast) -> Message:
    outcome = await round_trip.begin(cast.selina, uuid.uuid4())
    assert isinstance(outcome, Queued)
    claim = await claim_next(cast.number.id)
    assert isinstance(claim, Claimed) and claim.to == cast.selina.user.phone
    await answers.taken(claim.message_id, "SM" + "7" * 32, claim.attempt_id)
    return outcome.message


@pytest.mark.both
async def test_the_answer_proves_it(fresh: Cast) -> None:
    assert not (await meyer()).set_up
    await text_selina(fresh)
    assert not (await meyer()).set_up
    await says(fresh, "OK", From=fresh.selina.user.phone)
    assert (await meyer()).set_up and (await meyer()).round_trip_phone == ""


async def test_the_office_s_own_answer_is_not_among_unmatched_texts(fresh: Cast) -> None:
    await text_selina(fresh)
    await says(fresh, "OK", From=fresh.selina.user.phone)
    assert await operations.unmatched(fresh.meyer) == []


async def test_somebody_else_s_text_proves_nothing(fresh: Cast) -> None:
    await text_selina(fresh)
    await says(fresh, "Hello?")
    assert not (await meyer()).set_up


async def test_an_answer_two_days_later_proves_nothing_of_today(fresh: Cast) -> None:
    await text_selina(fresh)
    clock.freeze(clock.now() + timedelta(days=2))
    await says(fresh, "OK", From=fresh.selina.user.phone)
    assert not (await meyer()).set_up


async def test_the_same_click_twice_is_one_text(fresh: Cast) -> None:
    client_id = uuid.uuid4()
    await round_trip.begin(fresh.selina, client_id)
    again = await round_trip.begin(fresh.selina, client_id)
    assert isinstance(again, Queued) and again.again and await Message.all().count() == 1


async def test_an_account_without_a_phone_is_told(fresh: Cast) -> None:
    fresh.selina.user.phone = ""
    assert await round_trip.begin(fresh.selina, uuid.uuid4()) == Declined(1305)


async def test_without_registration_the_check_is_not_green(cast: Cast) -> None:
    assert (await meyer()).set_up
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(registration=""))
    assert not (await meyer()).set_up


@pytest.mark.parametrize("words", ["OK", "STOP"])
async def test_a_round_trip_is_a_text_that_left(cast: Cast, words: str) -> None:
    """S10: the proof that texts leave and replies come in. This one still waits here."""
    import uuid

    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(round_trip_at=None))
    outcome = await round_trip.begin(cast.selina, uuid.uuid4())
    assert isinstance(outcome, Queued), outcome
    payload = {"MessageSid": SID, "From": cast.selina.user.phone, "To": cast.number.e164, "Body": words}
    event = await applying.keep(INBOUND, payload)
    assert event
    await applying.apply(event)
    assert (await Message.get(id=outcome.message.id)).status in ("queued", "cancelled")
    assert (await Campaign.get(id=cast.meyer.id)).round_trip_at is None, "nothing left yet"
