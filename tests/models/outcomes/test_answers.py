"""Twilio's answers to a call."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import Cast, looked_for_in_vain, texts
from tests.cast.texting import claimed, new_sid, texted
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts.campaign import Campaign
from webapp.models.contacts.contact import Contact
from webapp.models.conversations.message import QUEUED, REJECTED, SENDING, TAKEN, UNKNOWN, Message
from webapp.models.opt_outs.opt_out import OptOut
from webapp.models.outcomes import answers, doubt
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


@pytest.mark.both
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


@pytest.mark.both
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


@pytest.mark.both
async def test_a_late_answer_of_an_older_attempt_only_adds_its_sid(cast: Cast) -> None:
    claim = await claimed(cast)
    await answers.unknown(claim.message_id, claim.attempt_id)
    await looked_for_in_vain(claim.message_id)
    second = await claim_next(cast.number.id)
    assert isinstance(second, Claimed)
    await answers.taken(claim.message_id, "SM" + "3" * 32, claim.attempt_id)
    [message] = await texts()
    assert (message.status, message.sid, message.attempt_id) == (SENDING, "SM" + "3" * 32, second.attempt_id)


async def told(message: Message, status: str, code: int = 0, sid: str = "") -> None:
    payload = {"MessageSid": sid or message.sid or "", "MessageStatus": status, "ErrorCode": str(code or "")}
    event = await applying.keep(STATUS, payload, message.public_id)
    assert event
    await applying.apply(event)


@pytest.mark.both
async def test_a_text_that_was_delivered_is_not_taken_back_by_a_late_failure(cast: Cast) -> None:
    await texted(cast)
    [message] = await texts()
    await told(message, "delivered")
    await told(message, "failed", 30034)
    assert [(m.status, m.delivery) for m in await texts()] == [(TAKEN, "delivered")]


@pytest.mark.both
async def test_a_failure_told_before_the_call_s_answer_waits_for_it(cast: Cast) -> None:
    claim = await claimed(cast)
    [message] = await texts()
    sid = new_sid()
    await told(message, "failed", 30034, sid)
    assert [m.status for m in await texts()] == [SENDING]
    await answers.taken(claim.message_id, sid, claim.attempt_id)
    clock.freeze(clock.now() + timedelta(minutes=5))
    for event in await applying.waiting():
        await applying.apply(event)
    assert [(m.status, m.sid) for m in await texts()] == [(QUEUED, None)]


@pytest.mark.both
async def test_a_failed_second_attempt_leaves_the_doubt_about_the_first_to_staff(cast: Cast) -> None:
    claim = await claimed(cast)
    await answers.unknown(claim.message_id, claim.attempt_id)
    await looked_for_in_vain(claim.message_id)
    second = await claim_next(cast.number.id)
    assert isinstance(second, Claimed)
    await answers.taken(second.message_id, new_sid(), second.attempt_id)
    [message] = await texts()
    await told(message, "undelivered", 30034)
    await (await Campaign.get(id=cast.meyer.id)).go_on()
    assert await claim_next(cast.number.id) is None
    assert [(m.status, m.next_look_at) for m in await texts()] == [(UNKNOWN, None)]
    assert await recount.differences() == []


@pytest.mark.both
async def test_a_failure_of_before_somebody_went_on_stops_nothing_again(cast: Cast) -> None:
    await texted(cast)
    [message] = await texts()
    campaign = await Campaign.get(id=cast.meyer.id)
    clock.freeze(clock.now() + timedelta(minutes=30))
    await campaign.stop_everything(30002)
    await campaign.go_on()
    await told(message, "failed", 30002)
    assert (await Campaign.get(id=cast.meyer.id)).stopped_at is None
    assert [m.status for m in await texts()] == [QUEUED]


@pytest.mark.both
async def test_a_look_does_not_take_a_text_that_failed_for_the_one_it_looks_for(cast: Cast) -> None:
    await texted(cast)
    [message] = await texts()
    failed = message.sid or ""
    await told(message, "failed", 30034)
    await (await Campaign.get(id=cast.meyer.id)).go_on()
    claim = await claim_next(cast.number.id)
    assert isinstance(claim, Claimed)
    await answers.unknown(claim.message_id, claim.attempt_id)
    await doubt.looked_up(claim.message_id, [doubt.Seen(failed, claim.body, clock.now())])
    assert [m.status for m in await texts()] == [UNKNOWN]
