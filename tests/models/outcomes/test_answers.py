"""What Twilio answers to a call."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import Cast, looked_for_in_vain, texts
from tests.cast.texting import claimed, texted
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts.campaign import Campaign
from webapp.models.contacts.contact import Contact
from webapp.models.conversations.message import QUEUED, REJECTED, SENDING, TAKEN, Message
from webapp.models.opt_outs.opt_out import OptOut
from webapp.models.outcomes import answers
from webapp.models.receiving import applying
from webapp.models.receiving.event import STATUS
from webapp.models.results import recount
from webapp.models.sending.claim import claim_next
from webapp.models.sending.leaving import Claimed
from webapp.rules import errors


@pytest.mark.both
async def test_a_claim_is_answered_with_a_sid_and_counted(cast: Cast) -> None:
    claim = await claimed(cast)
    await answers.taken(claim.message_id, "SM" + "1" * 32, claim.attempt_id)
    [message] = await texts()
    assert message.status == TAKEN and message.sid == "SM" + "1" * 32
    assert await recount.differences() == []


async def test_a_rejected_text_counts_as_texted_with_its_error(cast: Cast) -> None:
    claim = await claimed(cast)
    await answers.rejected(claim.message_id, claim.attempt_id, 21612)
    [message] = await texts()
    assert (message.status, message.error_code) == (REJECTED, 21612)
    assert (await cast.conversation()).texted_at
    assert await recount.differences() == []


async def test_twilio_s_own_opt_out_becomes_ours(cast: Cast) -> None:
    claim = await claimed(cast)
    await answers.rejected(claim.message_id, claim.attempt_id, 21610)
    assert (await OptOut.get(phone=cast.lisa.phone)).source == "provider"


async def test_a_landline_is_learnt_for_half_a_year(cast: Cast) -> None:
    claim = await claimed(cast)
    await answers.rejected(claim.message_id, claim.attempt_id, 21614)
    contact = await Contact.get(id=cast.lisa.id)
    assert contact.landline(clock.now() + timedelta(days=179)) and not contact.landline(
        clock.now() + timedelta(days=181)
    )


@pytest.mark.parametrize(
    "code", [10001, 20003, 20005, 20403, 20404, 30002, 30034, 21606, 21611, 21408, 401, 403, 404, 302, 12345, 99999]
)
async def test_a_refusal_that_is_not_about_this_person_stops_the_campaign_and_keeps_the_text(
    cast: Cast, code: int
) -> None:
    claim = await claimed(cast)
    await answers.rejected(claim.message_id, claim.attempt_id, code)
    campaign = await Campaign.get(id=cast.meyer.id)
    assert campaign.stopped_at and campaign.stopped_code == code
    assert [(m.status, m.attempts) for m in await texts()] == [(QUEUED, 0)]
    assert await claim_next(cast.number.id) is None
    await campaign.go_on()
    assert isinstance(await claim_next(cast.number.id), Claimed)
    assert await recount.differences() == []


@pytest.mark.parametrize("code", sorted(errors.ABOUT_THE_TEXT - {errors.REGION, *errors.RECORDS_OPT_OUT}))
async def test_a_refusal_about_one_person_stops_nobody_else(cast: Cast, code: int) -> None:
    claim = await claimed(cast)
    await answers.rejected(claim.message_id, claim.attempt_id, code)
    assert (await Campaign.get(id=cast.meyer.id)).stopped_at is None
    assert [m.status for m in await texts()] == [REJECTED]


@pytest.mark.parametrize(("to", "stops"), [("+14125550101", True), ("+14165550101", False)])
async def test_a_region_twilio_may_not_text_stops_sending_where_it_is_our_own(cast: Cast, to: str, stops: bool) -> None:
    """A Canadian on a list of Pittsburgh is one person; Pittsburgh is everybody."""
    claim = await claimed(cast)
    await transaction(lambda: Message.all().update(phone=to))
    await answers.rejected(claim.message_id, claim.attempt_id, errors.REGION)
    assert bool((await Campaign.get(id=cast.meyer.id)).stopped_at) is stops


@pytest.mark.both
@pytest.mark.parametrize("code", sorted(errors.OF_THE_ACCOUNT))
async def test_a_text_that_fails_because_of_the_account_waits_for_the_campaign_to_go_on(cast: Cast, code: int) -> None:
    await texted(cast)
    [message] = await texts()
    payload = {"MessageSid": message.sid or "", "MessageStatus": "undelivered", "ErrorCode": str(code)}
    for _ in range(2):  # Twilio says so twice
        if event := await applying.keep(STATUS, payload, message.public_id):
            await applying.apply(event)
    campaign = await Campaign.get(id=cast.meyer.id)
    assert campaign.stopped_code == code and await recount.differences() == []
    late = {"MessageSid": message.sid or "", "MessageStatus": "failed", "ErrorCode": str(code)}
    if event := await applying.keep(STATUS, late, message.public_id):
        await applying.apply(event)
    assert [(m.status, m.sid, m.attempts) for m in await texts()] == [(QUEUED, None, 0)]
    await campaign.go_on()
    assert isinstance(await claim_next(cast.number.id), Claimed), "and it leaves"


async def test_a_late_answer_of_an_older_attempt_only_adds_its_sid(cast: Cast) -> None:
    claim = await claimed(cast)
    await answers.unknown(claim.message_id, claim.attempt_id)
    await looked_for_in_vain(claim.message_id)
    second = await claim_next(cast.number.id)
    assert isinstance(second, Claimed)
    await answers.taken(claim.message_id, "SM" + "3" * 32, claim.attempt_id)
    [message] = await texts()
    assert (message.status, message.sid, message.attempt_id) == (SENDING, "SM" + "3" * 32, second.attempt_id)
