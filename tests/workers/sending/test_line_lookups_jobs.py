"""Landlines by Twilio's Lookup: asked before people are texted, once in 180 days, never for people nobody will text (SPEC
X7)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from twilio.base.exceptions import TwilioException

from tests.cast import Cast
from tests.cast.stand_ins.simulated import Simulated
from webapp import clock, config
from webapp.database import transaction
from webapp.gateways.twilio import Twilio
from webapp.gateways.twilio_http import TooManyRequests
from webapp.models.accounts.campaign import Campaign
from webapp.models.contacts.contact import Contact
from webapp.models.conversations.message import Message
from webapp.models.outcomes import learning
from webapp.models.results import recount
from webapp.models.sending import line_lookups
from webapp.rules import errors
from webapp.rules.contacts import lines
from webapp.workers.sending.line_lookups import forget_old, look_up_lines

LANDLINE = "+14125550109"  # the simulator's landlines end in 9


@pytest.fixture
async def gateway(cast: Cast, twilio: Simulated) -> AsyncIterator[Twilio]:
    made = Twilio(config.settings())
    yield made
    await made.close()


class Counting:
    """Answers for Twilio, and knows what it was asked."""

    def __init__(self, *answers: str | Exception) -> None:
        self.asked: list[str] = []
        self.answers = list(answers)

    async def line_type(self, phone: str) -> str:
        self.asked.append(phone)
        answer = self.answers.pop(0) if self.answers else "mobile"
        if isinstance(answer, Exception):
            raise answer
        return answer


async def switch_on(cast: Cast) -> None:
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(use_lookup=True))


@pytest.mark.both
async def test_a_landline_is_closed_before_anybody_texts_it(cast: Cast, gateway: Twilio) -> None:
    nora = await cast.add_contact(LANDLINE, first_name="Nora", zip="15213")
    await cast.make()
    await switch_on(cast)
    await look_up_lines({"twilio": gateway})
    nora, lisa = await Contact.get(id=nora.id), await Contact.get(id=cast.lisa.id)
    assert (nora.line_type, nora.landline(clock.now())) == ("landline", True)
    assert (lisa.line_type, lisa.landline(clock.now())) == ("mobile", False)
    assert (await cast.conversation(nora)).closed_code == errors.LANDLINE
    assert (await cast.conversation()).closed_code is None and await recount.differences() == []


async def test_nobody_is_asked_while_it_is_off(cast: Cast) -> None:
    twilio = Counting()
    await look_up_lines({"twilio": twilio})
    assert twilio.asked == []


@pytest.mark.both
async def test_each_is_asked_once_in_180_days_and_only_who_will_be_texted(cast: Cast) -> None:
    await cast.add_contact("+14125550102")
    await switch_on(cast)  # the new contact has no conversation yet
    twilio = Counting()
    await look_up_lines({"twilio": twilio})
    await look_up_lines({"twilio": twilio})
    assert twilio.asked == [cast.lisa.phone]
    clock.freeze(clock.now() + timedelta(days=181))
    await forget_old({})
    await look_up_lines({"twilio": twilio})
    assert twilio.asked == [cast.lisa.phone, cast.lisa.phone]


async def test_what_was_answered_is_kept_though_twilio_stumbles_and_the_rest_is_asked_again(cast: Cast) -> None:
    await cast.add_contact("+14125550102")
    await cast.make()
    await switch_on(cast)
    await look_up_lines({"twilio": Counting("mobile", TooManyRequests(2))})
    assert await Contact.exclude(looked_up_at=None).count() == 1
    [left] = await Contact.filter(looked_up_at=None)
    again = Counting()
    await look_up_lines({"twilio": again})
    assert again.asked == [left.phone]


@pytest.mark.both
async def test_lookup_overrules_what_an_error_had_taught(cast: Cast) -> None:
    await transaction(lambda: _fails(cast))
    assert (await cast.conversation()).closed_code == errors.LANDLINE
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(use_lookup=True))
    await line_lookups.found(cast.lisa.id, "mobile")
    assert (await cast.conversation()).closed_code is None and await recount.differences() == []
    await transaction(lambda: _fails(cast))
    assert not (await Contact.get(id=cast.lisa.id)).landline(clock.now())


async def _fails(cast: Cast) -> None:
    contact = await Contact.locked(cast.lisa.id)
    text = Message(campaign_id=cast.meyer.id, contact_id=contact.id, phone=contact.phone, status="taken", kind="test")
    await learning.from_error(text, contact, 30006)


async def test_the_gateway_speaks_our_words(gateway: Twilio, twilio: Simulated) -> None:
    assert await gateway.line_type(LANDLINE) == "landline"
    assert await gateway.line_type("+14125550102") == "mobile"
    assert await gateway.line_type("+1412") == lines.INVALID


@pytest.mark.both
async def test_a_line_that_cannot_be_asked_about_does_not_hold_up_the_others(cast: Cast) -> None:
    """Ten phones at the front for which Twilio always answers an error: nobody behind them is ever asked about."""
    for n in range(12):
        await cast.add_contact(f"+14125552{n:03}", zip="15213")
    last = await cast.add_contact("+14125559999", zip="15213")
    await cast.make()
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(use_lookup=True))

    class Odd:
        async def line_type(self, phone: str) -> str:
            if phone != last.phone:
                raise TwilioException("HTTP 400")
            return "landline"

    for _ in range(5):
        await look_up_lines({"twilio": Odd()})
    assert (await Contact.get(id=last.id)).landline_until
