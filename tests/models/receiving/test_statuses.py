"""What Twilio tells of our texts: in any order, never back."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from tests.cast import Cast, texts
from tests.cast.texting import claimed
from webapp import clock
from webapp.models import kept_counts
from webapp.models.conversations.message import TAKEN
from webapp.models.outcomes import answers
from webapp.models.receiving import applying
from webapp.models.receiving.event import STATUS
from webapp.models.results import recount


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


async def test_an_event_whose_row_is_not_known_waits(cast: Cast) -> None:
    event = await applying.keep(STATUS, {"MessageSid": "SM" + "7" * 32, "MessageStatus": "sent"}, uuid.uuid4())
    assert event
    await applying.apply(event)
    assert await applying.waiting() == []
    clock.freeze(clock.now() + timedelta(seconds=2))
    assert [e.id for e in await applying.waiting()] == [event.id]
