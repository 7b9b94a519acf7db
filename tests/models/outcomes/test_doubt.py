"""Texts whose fate nobody knows: found at Twilio, or looked for in vain and sent once more (SPEC X2)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.cast import Cast, looked_for_in_vain, texts
from tests.cast.texting import claimed, says, texted
from webapp import clock, database
from webapp.database import transaction
from webapp.models.conversations.message import DROPPED, FOLLOW_UP, QUEUED, TAKEN, UNKNOWN, Message
from webapp.models.outcomes import answers, doubt, undecided
from webapp.models.results import recount
from webapp.models.sending import caps
from webapp.models.sending.claim import claim_next
from webapp.models.sending.leaving import Claimed


@pytest.mark.both
async def test_a_worker_gone_for_30_seconds_leaves_an_unknown_text(cast: Cast) -> None:
    await claimed(cast)
    assert await doubt.give_up_on_lost_workers() == 0
    clock.freeze(clock.now() + timedelta(seconds=31))
    assert await doubt.give_up_on_lost_workers() == 1
    assert [m.status for m in await texts()] == [UNKNOWN]


async def unknown(cast: Cast) -> Message:
    claim = await claimed(cast)
    await answers.unknown(claim.message_id, claim.attempt_id)
    [message] = await texts()
    return message


@pytest.mark.both
async def test_a_text_found_at_twilio_is_taken_with_its_sid(cast: Cast) -> None:
    message = await unknown(cast)
    seen = doubt.Seen("SM" + "2" * 32, "\n" + message.body, clock.now())
    await doubt.looked_up(message.id, [seen])
    [message] = await texts()
    assert (message.status, message.sid) == (TAKEN, seen.sid)


@pytest.mark.both
@pytest.mark.parametrize("ahead", [-600, -90, 0, 90, 600])
async def test_a_text_is_found_whatever_the_clock_of_its_sender_said(cast: Cast, ahead: int) -> None:
    """Seconds by which our clock is ahead of Twilio's."""
    message = await unknown(cast)
    await doubt.looked_up(
        message.id, [doubt.Seen("SM" + "2" * 32, message.body, clock.now() - timedelta(seconds=ahead))]
    )
    assert (await texts())[0].status == TAKEN


async def test_a_text_of_the_same_words_two_days_older_is_not_ours(cast: Cast) -> None:
    message = await unknown(cast)
    seen = doubt.Seen("SM" + "2" * 32, message.body, clock.now() - timedelta(days=2))
    await doubt.looked_up(message.id, [seen])
    assert (await texts())[0].status == UNKNOWN


@pytest.mark.both
async def test_an_earlier_text_of_the_same_words_is_left_to_its_own_row(cast: Cast) -> None:
    """Staff said that it arrived, so its row has no sid."""
    await texted(cast)
    await says(cast, "hm")
    rows = []
    for _ in range(2):
        clock.freeze(clock.now() + timedelta(minutes=11))
        await cast.reply(cast.amy, "Thank you")
        claim = await claim_next(cast.number.id)
        assert isinstance(claim, Claimed)
        await answers.unknown(claim.message_id, claim.attempt_id)
        rows.append(claim.message_id)
        if len(rows) == 1:
            await answers.taken(claim.message_id)
            await says(cast, "and?")
    seen = [doubt.Seen("SM" + "a" * 32, "Thank you", clock.now() - timedelta(minutes=11))]
    await doubt.looked_up(rows[1], seen)
    assert (await Message.get(id=rows[1])).status == UNKNOWN
    await doubt.looked_up(rows[1], [doubt.Seen("SM" + "b" * 32, "Thank you", clock.now()), *seen])
    assert (await Message.get(id=rows[1])).sid == "SM" + "b" * 32


@pytest.mark.both
async def test_no_second_attempt_before_twilio_s_list_must_have_it(cast: Cast) -> None:
    """It may lag by six minutes; and a clock that is set forward makes one look early, not all."""
    message = await unknown(cast)
    began = clock.now()
    for _ in range(3):
        due = (await Message.get(id=message.id)).next_look_at
        assert due
        clock.freeze(due)
        await doubt.looked_up(message.id, [])
    assert (await texts())[0].status == QUEUED and clock.now() - began >= timedelta(minutes=7)


@pytest.mark.both
async def test_a_clock_set_forward_makes_one_look_early_and_not_all(cast: Cast) -> None:
    message = await unknown(cast)
    clock.freeze(clock.now() + timedelta(hours=2))
    for _ in range(3):
        await doubt.looked_up(message.id, [])
    [message] = await texts()
    assert message.status == UNKNOWN and message.looks == 1


@pytest.mark.both
async def test_looked_for_three_times_in_vain_it_is_sent_once_more_and_then_staff_decide(cast: Cast) -> None:
    message = await unknown(cast)
    await looked_for_in_vain(message.id)
    assert (await texts())[0].status == QUEUED
    second = await claim_next(cast.number.id)
    assert isinstance(second, Claimed)
    await answers.unknown(second.message_id, second.attempt_id)
    await looked_for_in_vain(message.id)
    [message] = await texts()
    assert message.status == UNKNOWN and message.next_look_at is None
    assert [m.id for m in await undecided.texts(cast.meyer.id)] == [message.id]
    assert await undecided.decide(message.id, "arrived")
    assert (await texts())[0].status == TAKEN
    assert await recount.differences() == []


@pytest.mark.both
async def test_a_reply_to_an_unknown_text_settles_it(cast: Cast) -> None:
    await cast.start(cast.amy)
    await cast.click(cast.amy)
    claim = await claim_next(cast.number.id)
    assert isinstance(claim, Claimed)
    await answers.unknown(claim.message_id, claim.attempt_id)
    await says(cast, "Who is this?")
    assert (await texts())[0].status == "taken"
    assert await recount.differences() == []


@pytest.mark.both
async def test_what_they_write_settles_no_reply_of_ours_where_it_may_answer_an_older_text(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "hm")
    await cast.reply(cast.amy, "Thank you")
    claim = await claim_next(cast.number.id)
    assert isinstance(claim, Claimed)
    await answers.unknown(claim.message_id, claim.attempt_id)
    await says(cast, "Who is this?")
    [reply] = [message for message in await texts() if message.id == claim.message_id]
    assert reply.status == UNKNOWN and reply.next_look_at and reply.sid is None


async def two_unknown_replies(cast: Cast) -> tuple[Claimed, Claimed]:
    await texted(cast)
    await says(cast, "hm")
    found = []
    for words in ("Thank you", "OK! Thank you"):
        await cast.reply(cast.amy, words)
        claim = await claim_next(cast.number.id)
        assert isinstance(claim, Claimed)
        await answers.unknown(claim.message_id, claim.attempt_id)
        await transaction(lambda: Message.all().update(next_look_at=None))  # the next one waits for no look
        found.append(claim)
    await transaction(lambda: Message.filter(status=UNKNOWN).update(next_look_at=clock.now()))
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

    async def left_open() -> None:
        await Message.filter(id=claim.message_id).update(status=UNKNOWN, attempts=2)

    await transaction(left_open)
    assert await undecided.decide(claim.message_id, "drop")
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


async def test_on_sqlite_too_open_texts_are_found_by_their_index(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked every few seconds, each would read every text."""
    asked, query = [], database.query

    async def noting(sql: str, *values: Any) -> list[dict[str, Any]]:
        asked.append((sql, values))
        return await query(sql, *values)

    monkeypatch.setattr(database, "query", noting)
    await undecided.how_many(cast.meyer.id)
    await doubt.to_look_up()
    await doubt.give_up_on_lost_workers()
    await caps.today(cast.meyer)
    plans = [await query("EXPLAIN QUERY PLAN " + sql, *values) for sql, values in asked if "FROM message" in sql]
    assert len(plans) == 4 and all("message_open" in plan[0]["detail"] for plan in plans)
