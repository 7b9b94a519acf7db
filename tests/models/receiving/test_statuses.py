"""Twilio's news of our texts: in any order, never back."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from tests.cast import Cast, looked_for_in_vain, texts
from tests.cast.texting import claimed, new_sid, says
from webapp import clock
from webapp.database import transaction
from webapp.models import kept_counts
from webapp.models.conversations.message import CANCELLED, QUEUED, RECEIVED, TAKEN, UNKNOWN, Message
from webapp.models.outcomes import answers, undecided
from webapp.models.receiving import applying
from webapp.models.receiving.event import STATUS
from webapp.models.results import recount
from webapp.models.sending import undo
from webapp.models.sending.claim import claim_next


async def test_a_callback_before_the_answer_settles_the_text(cast: Cast) -> None:
    claim = await claimed(cast)
    payload = {"MessageSid": "SM" + "4" * 32, "MessageStatus": "sent"}
    event = await applying.keep(STATUS, payload, claim.public_id)
    assert event
    await applying.apply(event)
    await answers.taken(claim.message_id, "SM" + "4" * 32, claim.attempt_id)
    [message] = await texts()
    assert (message.status, message.delivery) == (TAKEN, "sent")
    assert await recount.differences() == []


@pytest.mark.both
async def test_statuses_in_any_order_and_twice_never_go_back(cast: Cast) -> None:
    claim = await claimed(cast)
    await answers.taken(claim.message_id, "SM" + "5" * 32, claim.attempt_id)
    for status in ("delivered", "sent", "delivered", "queued"):
        if event := await applying.keep(STATUS, {"MessageSid": "SM" + "5" * 32, "MessageStatus": status}):
            await applying.apply(event)
    assert (await texts())[0].delivery == "delivered"


async def test_a_delivery_error_is_counted_by_its_kind(cast: Cast) -> None:
    claim = await claimed(cast)
    await answers.taken(claim.message_id, "SM" + "6" * 32, claim.attempt_id)
    payload = {"MessageSid": "SM" + "6" * 32, "MessageStatus": "undelivered", "ErrorCode": "30007"}
    event = await applying.keep(STATUS, payload)
    assert event
    await applying.apply(event)

    assert (await kept_counts.totals(cast.action.id))["carrier_filtering"] == 1
    assert await recount.differences() == []


async def told(sid: str, status: str, public_id: uuid.UUID | None = None) -> None:
    if event := await applying.keep(STATUS, {"MessageSid": sid, "MessageStatus": status}, public_id):
        await applying.apply(event)


@pytest.mark.both
@pytest.mark.parametrize("settled", ["taken", "dropped", "given back", "undone"])
async def test_a_status_that_comes_late_sends_nothing_again(cast: Cast, settled: str) -> None:
    """Twilio tells of the text twice, in the wrong order, when it was settled long ago or tapped back."""
    claim, sid = await claimed(cast), new_sid()
    if settled == "taken":
        await answers.taken(claim.message_id, sid, claim.attempt_id)
    elif settled == "dropped":
        await answers.unknown(claim.message_id, claim.attempt_id)
        await looked_for_in_vain(claim.message_id)
        await transaction(lambda: Message.filter(id=claim.message_id).update(status=UNKNOWN, next_look_at=None))
        assert await undecided.decide(claim.message_id, "drop")
    else:
        await answers.later(claim.message_id, claim.attempt_id, 0)
        if settled == "undone":
            assert await undo.take_back(cast.amy, claim.message_id)
    for status in ("delivered", "sent", "queued", "delivered"):
        await told(sid, status, claim.public_id)
    [message] = await texts()
    if settled == "undone":
        assert message.status == CANCELLED
    elif settled == "given back":  # never handed over: a status can not be about it
        assert (message.status, message.delivery) == (QUEUED, "")
        return
    else:
        assert (message.status, message.delivery, message.sid) == (TAKEN, "delivered", sid)
    assert await claim_next(cast.number.id) is None
    assert await recount.differences() == []


@pytest.mark.both
async def test_a_status_by_the_address_of_one_text_and_the_sid_of_another_moves_neither_back(cast: Cast) -> None:
    """A forger who could sign would name another campaign's text, or an inbound one."""
    claim, sid = await claimed(cast), new_sid()
    await answers.taken(claim.message_id, sid, claim.attempt_id)
    await says(cast, "Yes", came := new_sid())
    await told(came, "failed", uuid.uuid4())
    await told(sid, "delivered", uuid.uuid4())
    await told(new_sid(), "queued", claim.public_id)
    ours, theirs = await texts()
    assert (ours.status, ours.delivery, ours.sid) == (TAKEN, "delivered", sid)
    assert (theirs.status, theirs.delivery) == (RECEIVED, "")


async def test_an_event_whose_row_is_not_known_waits(cast: Cast) -> None:
    event = await applying.keep(STATUS, {"MessageSid": "SM" + "7" * 32, "MessageStatus": "sent"}, uuid.uuid4())
    assert event
    await applying.apply(event)
    assert await applying.waiting() == []
    clock.freeze(clock.now() + timedelta(seconds=2))
    assert [e.id for e in await applying.waiting()] == [event.id]
