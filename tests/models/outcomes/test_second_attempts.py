"""A text that may have arrived and waits for a second attempt: what settles it, and what stops it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import Cast, looked_for_in_vain, opt_out_phone, texts
from tests.cast.texting import says, second_action, second_text_leaves
from webapp import clock
from webapp.database import transaction
from webapp.models.conversations.message import QUEUED, TAKEN, UNKNOWN
from webapp.models.opt_outs.opt_out import FROM_ADMIN
from webapp.models.outcomes import answers, doubt, undecided
from webapp.models.receiving import applying
from webapp.models.receiving.event import STATUS
from webapp.models.results import recount
from webapp.models.sending import undo
from webapp.models.sending.claim import claim_next
from webapp.models.sending.leaving import Claimed
from webapp.models.sending.refusal import Refusal


async def lost(cast: Cast) -> Claimed:
    """Amy's text to Lisa was handed over, no answer came, three looks found nothing: it waits for a second attempt."""
    await cast.start(cast.amy)
    await cast.click(cast.amy)
    claim = await claim_next(cast.number.id)
    assert isinstance(claim, Claimed)
    await answers.unknown(claim.message_id, claim.attempt_id)
    await looked_for_in_vain(claim.message_id)
    assert [(m.status, m.attempts) for m in await texts()] == [(QUEUED, 1)]
    return claim


async def delivered(claim: Claimed) -> None:
    event = await applying.keep(STATUS, {"MessageSid": "SM" + "e" * 32, "MessageStatus": "delivered"}, claim.public_id)
    assert event
    await applying.apply(event)


async def leaves_again(cast: Cast) -> bool:
    return isinstance(await claim_next(cast.number.id), Claimed)


@pytest.mark.both
async def test_a_second_attempt_refused_at_night_is_staffs_to_decide(cast: Cast) -> None:
    claim = await lost(cast)
    clock.freeze(clock.now().replace(hour=3) + timedelta(days=1))
    assert isinstance(await claim_next(cast.number.id), Refusal)
    assert [m.id for m in await undecided.texts(cast.meyer.id)] == [claim.message_id]
    assert (await cast.conversation()).texted_at
    await delivered(claim)
    clock.freeze(clock.now().replace(hour=16))
    await cast.click(cast.amy)
    assert not await leaves_again(cast)
    assert [m.status for m in await texts()] == [TAKEN]
    assert await recount.differences() == []


@pytest.mark.both
async def test_a_text_that_may_have_arrived_can_not_be_undone(cast: Cast) -> None:
    claim = await lost(cast)
    assert not await undo.take_back(cast.amy, claim.message_id)
    await delivered(claim)
    await cast.click(cast.amy)
    assert not await leaves_again(cast)


@pytest.mark.both
async def test_an_answer_between_two_attempts_finds_its_thread_and_stops_the_second(cast: Cast) -> None:
    await lost(cast)
    news = await says(cast, "Yes, I got your text")
    assert news.conversation_id == (await cast.conversation()).id
    assert not await leaves_again(cast)
    assert await recount.differences() == []


@pytest.mark.both
async def test_an_opt_out_between_two_attempts_leaves_the_text_to_staff(cast: Cast) -> None:
    await lost(cast)
    await opt_out_phone(cast.meyer, cast.lisa.phone, FROM_ADMIN)
    assert [(m.status, m.next_look_at) for m in await texts()] == [(UNKNOWN, None)]
    assert not await leaves_again(cast)


@pytest.mark.both
async def test_the_second_attempt_keeps_the_lock_of_the_first(cast: Cast) -> None:
    claim = await lost(cast)
    await cast.lisa.refresh_from_db()
    assert cast.lisa.last_claimed_message_id == claim.message_id
    assert await leaves_again(cast)


@pytest.mark.both
async def test_a_429_to_the_second_attempt_leaves_the_lock_of_the_first(cast: Cast) -> None:
    """The first one may have arrived, so another action may not text Lisa for six hours."""
    claim = await lost(cast)
    second = await claim_next(cast.number.id)
    assert isinstance(second, Claimed)
    await answers.later(second.message_id, second.attempt_id, 2)
    await cast.lisa.refresh_from_db()
    assert cast.lisa.last_claimed_message_id == claim.message_id and cast.lisa.last_claimed_at
    assert not await second_text_leaves(cast, await transaction(lambda: second_action(cast)))


@pytest.mark.both
@pytest.mark.parametrize("attempt", [1, 2])
async def test_a_look_finds_the_text_of_either_attempt(cast: Cast, attempt: int) -> None:
    """Twilio's list may have hidden the first one for minutes."""
    began = clock.now()
    claim = await lost(cast)
    second = await claim_next(cast.number.id)
    assert isinstance(second, Claimed)
    await answers.unknown(second.message_id, second.attempt_id)
    created = began if attempt == 1 else clock.now()
    [message] = await texts()
    await doubt.looked_up(claim.message_id, [doubt.Seen("SM" + "2" * 32, message.body, created)])
    assert [(m.status, m.sid) for m in await texts()] == [(TAKEN, "SM" + "2" * 32)]
