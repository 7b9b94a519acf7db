"""What Twilio answers to a call."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import Cast, looked_for_in_vain, texts
from tests.cast.texting import claimed
from webapp import clock
from webapp.models.accounts.campaign import Campaign
from webapp.models.contacts.contact import Contact
from webapp.models.conversations.message import QUEUED, REJECTED, SENDING, TAKEN
from webapp.models.opt_outs.opt_out import OptOut
from webapp.models.outcomes import answers
from webapp.models.results import recount
from webapp.models.sending.claim import Claimed, claim_next


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


async def test_bad_credentials_stop_the_campaign_and_keep_the_text(cast: Cast) -> None:
    claim = await claimed(cast)
    await answers.rejected(claim.message_id, claim.attempt_id, 20003)
    campaign = await Campaign.get(id=cast.meyer.id)
    assert campaign.stopped_at and campaign.stopped_code == 20003
    assert [m.status for m in await texts()] == [QUEUED]
    assert await claim_next(cast.number.id) is None


async def test_a_late_answer_of_an_older_attempt_only_adds_its_sid(cast: Cast) -> None:
    claim = await claimed(cast)
    await answers.unknown(claim.message_id, claim.attempt_id)
    await looked_for_in_vain(claim.message_id)
    second = await claim_next(cast.number.id)
    assert isinstance(second, Claimed)
    await answers.taken(claim.message_id, "SM" + "3" * 32, claim.attempt_id)
    [message] = await texts()
    assert (message.status, message.sid, message.attempt_id) == (SENDING, "SM" + "3" * 32, second.attempt_id)
