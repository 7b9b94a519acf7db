"""Texts whose fate nobody knows: found at Twilio, settled by what comes in, never sent a second time beside that."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import Cast, opt_out_phone, texts
from tests.models.receiving.test_applying import says, texted
from webapp import clock
from webapp.database import transaction
from webapp.models.conversations.message import DROPPED, FOLLOW_UP, QUEUED, TAKEN, UNKNOWN, Message
from webapp.models.opt_outs.opt_out import FROM_ADMIN
from webapp.models.receiving import applying
from webapp.models.receiving.event import STATUS
from webapp.models.results import recount
from webapp.models.sending import answers, doubt, undo
from webapp.models.sending.claim import Claimed, Refusal, claim_next


async def lost(cast: Cast) -> Claimed:
    """Amy's text to Lisa was handed over, no answer came, three looks found nothing: it waits for a second attempt."""
    await cast.start(cast.amy)
    await cast.click(cast.amy)
    claim = await claim_next(cast.number.id)
    assert isinstance(claim, Claimed)
    await answers.unknown(claim.message_id, claim.attempt_id)
    for seconds in (30, 90, 180):
        clock.freeze(clock.now() + timedelta(seconds=seconds))
        await doubt.looked_up(claim.message_id, [])
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
    assert [m.id for m in await doubt.undecided(cast.meyer.id)] == [claim.message_id]
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


async def test_an_opt_out_between_two_attempts_leaves_the_text_to_staff(cast: Cast) -> None:
    await lost(cast)
    await opt_out_phone(cast.meyer, cast.lisa.phone, FROM_ADMIN)
    assert [(m.status, m.next_look_at) for m in await texts()] == [(UNKNOWN, None)]
    assert not await leaves_again(cast)


async def test_the_second_attempt_keeps_the_lock_of_the_first(cast: Cast) -> None:
    claim = await lost(cast)
    await cast.lisa.refresh_from_db()
    assert cast.lisa.last_claimed_message_id == claim.message_id
    assert await leaves_again(cast)


async def two_unknown_replies(cast: Cast) -> tuple[Claimed, Claimed]:
    await texted(cast)
    await says(cast, "hm")
    found = []
    for words in ("Thank you", "OK! Thank you"):
        await cast.reply(cast.amy, words)
        claim = await claim_next(cast.number.id)
        assert isinstance(claim, Claimed)
        await answers.unknown(claim.message_id, claim.attempt_id)
        found.append(claim)
    clock.freeze(clock.now() + timedelta(seconds=31))
    return found[0], found[1]


@pytest.mark.both
async def test_a_look_takes_the_very_words_before_words_that_end_alike(cast: Cast) -> None:
    short, long = await two_unknown_replies(cast)
    seen = [
        doubt.Seen("SM" + "b" * 32, "OK! Thank you", clock.now()),
        doubt.Seen("SM" + "a" * 32, "Thank you", clock.now()),
    ]
    await doubt.looked_up(short.message_id, seen)
    await doubt.looked_up(long.message_id, seen)
    sids = {m.id: m.sid for m in await texts()}
    assert (sids[short.message_id], sids[long.message_id]) == ("SM" + "a" * 32, "SM" + "b" * 32)


async def test_a_look_leaves_the_words_of_another_unknown_text_alone(cast: Cast) -> None:
    short, long = await two_unknown_replies(cast)
    seen = [doubt.Seen("SM" + "b" * 32, "OK! Thank you", clock.now())]
    await doubt.looked_up(short.message_id, seen)
    await doubt.looked_up(long.message_id, seen)
    sids = {m.id: m.sid for m in await texts()}
    assert (sids[short.message_id], sids[long.message_id]) == (None, "SM" + "b" * 32)


async def test_a_dropped_reply_leaves_the_person_unanswered(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "Where do I vote?")
    await cast.reply(cast.amy, "At the library.")
    claim = await claim_next(cast.number.id)
    assert isinstance(claim, Claimed)

    async def undecided() -> None:
        await Message.filter(id=claim.message_id).update(status=UNKNOWN, attempts=2)

    await transaction(undecided)
    assert await doubt.decide(claim.message_id, "drop")
    assert (await Message.get(kind=FOLLOW_UP)).status == DROPPED
    assert (await cast.conversation()).needs_attention
    assert await recount.differences() == []


async def test_a_text_without_a_final_status_is_asked_for_once_an_hour(cast: Cast) -> None:
    await texted(cast)
    clock.freeze(clock.now() + timedelta(minutes=16))
    [message] = await doubt.without_final_status()
    await doubt.asked(message.id)
    assert await doubt.without_final_status() == []
    clock.freeze(clock.now() + timedelta(minutes=61))
    assert [m.id for m in await doubt.without_final_status()] == [message.id]
