"""A text is claimed once, in its hours, and never after a STOP (SPEC X1 to X3)."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from tortoise.exceptions import IntegrityError

from tests.cast import Cast, opt_out_phone, texts
from tests.cast.database.moments import refusing
from tests.cast.texting import claimed, clicked
from webapp import clock
from webapp.database import transaction
from webapp.models import kept_counts
from webapp.models.accounts.campaign import Campaign
from webapp.models.conversations.buckets import Bucket
from webapp.models.conversations.message import CANCELLED, REFUSED, SENDING, Message
from webapp.models.numbers.number import PhoneNumber
from webapp.models.opt_outs.opt_out import FROM_ADMIN, OptOut
from webapp.models.outcomes import answers, wrong_clock
from webapp.models.results import recount
from webapp.models.sending.claim import claim_next
from webapp.models.sending.leaving import Claimed, seconds_left
from webapp.models.sending.refusal import Refusal
from webapp.rules import errors


@pytest.mark.both
async def test_a_text_is_claimed_once_however_many_workers_ask(cast: Cast) -> None:
    await cast.start(cast.amy)
    await cast.click(cast.amy)
    found = await asyncio.gather(*(claim_next(cast.number.id) for _ in range(8)))
    assert sum(isinstance(row, Claimed) for row in found) == 1
    assert [m.status for m in await texts()] == [SENDING]


async def test_a_text_lives_at_twilio_until_30_seconds_before_the_window_closes(cast: Cast) -> None:
    clock.freeze(clock.now().replace(hour=1, minute=46) + timedelta(days=1))  # 20:46 in Pittsburgh
    claim = await claimed(cast)
    assert await seconds_left(claim) == 14 * 60 - 30


@pytest.mark.both
async def test_a_text_waits_at_twilio_for_15_minutes_at_most(cast: Cast) -> None:
    """A stop here does not reach texts that wait there."""
    assert await seconds_left(await claimed(cast)) == 15 * 60


async def test_the_worker_refuses_in_the_window_s_last_minute(cast: Cast) -> None:
    await cast.start(cast.amy)
    clock.freeze(clock.now().replace(hour=1, minute=59, second=0) + timedelta(days=1))
    await cast.click(cast.amy)
    clock.freeze(clock.now() + timedelta(seconds=5))
    assert isinstance(await claim_next(cast.number.id), Refusal)
    [message] = await texts()
    assert (message.status, message.error_code) == (REFUSED, errors.OUT_OF_HOURS)
    conversation = await cast.conversation()
    assert conversation.texted_at is None and conversation.user_id == cast.amy.user_id
    assert await recount.differences() == []


@pytest.mark.both
async def test_a_stop_between_click_and_claim_cancels_the_text(cast: Cast) -> None:
    await cast.start(cast.amy)
    await cast.click(cast.amy)
    await opt_out_phone(cast.meyer, cast.lisa.phone, FROM_ADMIN)
    assert await claim_next(cast.number.id) is None
    assert [m.status for m in await texts()] == [CANCELLED]
    assert (await cast.conversation()).closed_code == errors.OPTED_OUT
    assert await recount.differences() == []


@pytest.mark.both
async def test_the_database_itself_refuses_to_send_after_a_stop(cast: Cast) -> None:
    await cast.start(cast.amy)
    await cast.click(cast.amy)
    await transaction(
        lambda: OptOut.create(campaign=cast.meyer, phone=cast.lisa.phone, source=FROM_ADMIN, at=clock.now())
    )
    [message] = await texts()
    with pytest.raises(IntegrityError):
        await transaction(lambda: Message.filter(id=message.id).update(status=SENDING))
    assert isinstance(await claim_next(cast.number.id), Refusal), "and the worker turns that into a refusal"
    assert [m.status for m in await texts()] == [REFUSED]


@pytest.mark.both
async def test_stop_against_claim_a_hundred_times_lets_nothing_through(cast: Cast) -> None:
    """The first to commit decides: no text is `sending` after its STOP."""
    for n in range(30):
        contact = await cast.add_contact(f"+1412555{3000 + n}", first_name="X", zip="15213")
        await cast.make()
        await cast.start(cast.amy)
        await cast.click(cast.amy, contact)
        await asyncio.gather(
            claim_next(cast.number.id), opt_out_phone(cast.meyer, contact.phone, FROM_ADMIN), claim_next(cast.number.id)
        )
        rows = await Message.filter(contact=contact)
        opted_out = await OptOut.get(phone=contact.phone)
        for message in rows:
            assert message.status in (CANCELLED, SENDING, REFUSED)
            if message.status == SENDING:
                assert message.claimed_at and message.claimed_at <= opted_out.at


async def test_stop_everything_leaves_what_waits_where_it_is(cast: Cast) -> None:
    await cast.start(cast.amy)
    await cast.click(cast.amy)
    await (await Campaign.get(id=cast.meyer.id)).stop_everything()
    assert await claim_next(cast.number.id) is None
    await (await Campaign.get(id=cast.meyer.id)).go_on()
    assert isinstance(await claim_next(cast.number.id), Claimed)


async def test_a_database_that_refuses_to_write_closes_nobody_s_conversation(cast: Cast) -> None:
    """A full disk is no opt-out: the text waits, and leaves when there is room."""
    await cast.start(cast.amy)
    await cast.click(cast.amy)
    async with refusing("message", "UPDATE"):
        with pytest.raises(IntegrityError):
            await claim_next(cast.number.id)
    assert (await cast.conversation()).closed_code is None
    assert isinstance(await claim_next(cast.number.id), Claimed)


async def test_claiming_the_last_text_of_a_bucket_is_a_perform(cast: Cast) -> None:
    await claimed(cast)
    [bucket] = await Bucket.all()
    assert bucket.finished_at

    assert (await kept_counts.totals(cast.action.id))["performs"] == 1
    assert await recount.differences() == []


@pytest.mark.both
@pytest.mark.parametrize("column", ["free_at", "held_until", "rests_until"])
async def test_a_time_that_a_wrong_clock_wrote_holds_no_number(cast: Cast, column: str) -> None:
    """The clock was set two hours forward, a text left, and it was set back."""
    await transaction(
        lambda: PhoneNumber.filter(id=cast.number.id).update(**{column: clock.now() + timedelta(hours=2), "rate": 1.0})
    )
    await claimed(cast)


@pytest.mark.both
async def test_a_text_that_waits_for_a_time_of_a_wrong_clock_leaves(cast: Cast) -> None:
    await clicked(cast)
    await transaction(lambda: Message.all().update(due_at=clock.now() + timedelta(hours=2)))
    assert await claim_next(cast.number.id) is None
    assert await wrong_clock.correct() == 1
    assert isinstance(await claim_next(cast.number.id), Claimed)
    assert await wrong_clock.correct() == 0
    await transaction(lambda: Message.all().update(claimed_at=clock.now() + timedelta(hours=2)))
    assert await wrong_clock.correct() == 1


@pytest.mark.both
@pytest.mark.parametrize("passed", [6, -600, 5 * 3600])
async def test_a_call_does_not_begin_after_its_machine_slept(cast: Cast, passed: int) -> None:
    """The steady clock stood still; the database's says how late it is."""
    claim = await claimed(cast)
    assert await seconds_left(claim) > 0
    clock.freeze(clock.now() + timedelta(seconds=passed))
    assert await seconds_left(claim) == 0


@pytest.mark.both
async def test_a_call_does_not_begin_for_an_attempt_that_was_given_up(cast: Cast) -> None:
    claim = await claimed(cast)
    await answers.unknown(claim.message_id, claim.attempt_id)
    assert await seconds_left(claim) == 0
