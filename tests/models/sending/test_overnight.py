"""A text that waited until its contact's hours ended needs a new tap (SPEC S1, X3)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from tests.cast import Cast, looked_for_in_vain, texts
from tests.cast.texting import clicked, says, texted
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts.campaign import Campaign
from webapp.models.conversations.message import QUEUED, REFUSED, SENDING, UNKNOWN, Message
from webapp.models.outcomes import answers, undecided
from webapp.models.results import recount
from webapp.models.sending.claim import claim_next
from webapp.models.sending.click import Queued
from webapp.models.sending.leaving import Claimed
from webapp.models.sending.refusal import Refusal
from webapp.rules import errors

EVENING, MORNING = timedelta(hours=2), timedelta(hours=24)


async def wait_stopped(cast: Cast, for_: timedelta) -> None:
    """Everything is stopped for so long."""
    await (await Campaign.get(id=cast.meyer.id)).stop_everything()
    clock.freeze(clock.now() + for_)
    assert await claim_next(cast.number.id) is None
    await (await Campaign.get(id=cast.meyer.id)).go_on()


async def first_text(cast: Cast) -> None:
    await clicked(cast)


async def reply(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "Where do I vote?")
    assert isinstance(await cast.reply(cast.amy, "At the school."), Queued)


@pytest.mark.both
@pytest.mark.parametrize("tap", [first_text, reply])
@pytest.mark.parametrize(("for_", "leaves"), [(EVENING, True), (MORNING, False), (3 * MORNING, False)])
async def test_what_waited_over_night_for_the_end_of_a_stop_does_not_leave_by_itself(
    cast: Cast, tap: Callable[[Cast], Awaitable[None]], for_: timedelta, leaves: bool
) -> None:
    await tap(cast)
    await wait_stopped(cast, for_)
    found = await claim_next(cast.number.id)
    newest = (await texts())[-1]
    if leaves:
        assert isinstance(found, Claimed) and newest.status == SENDING
    else:
        assert isinstance(found, Refusal)
        assert (newest.status, newest.error_code) == (REFUSED, errors.WAITED)
    assert await recount.differences() == []


@pytest.mark.both
async def test_a_first_text_that_waited_over_night_leaves_with_a_new_tap(cast: Cast) -> None:
    await clicked(cast)
    await wait_stopped(cast, MORNING)
    await claim_next(cast.number.id)
    talk = await cast.conversation()
    assert talk.texted_at is None and talk.user_id == cast.amy.user_id and talk.closed_code is None
    assert isinstance(await cast.click(cast.amy), Queued)
    assert isinstance(await claim_next(cast.number.id), Claimed)


@pytest.mark.both
async def test_a_reply_that_waited_over_night_leaves_the_person_unanswered(cast: Cast) -> None:
    await reply(cast)
    assert not (await cast.conversation()).needs_attention
    await wait_stopped(cast, MORNING)
    await claim_next(cast.number.id)
    assert (await cast.conversation()).needs_attention


@pytest.mark.both
async def test_a_second_attempt_the_next_day_is_the_staff_s_to_decide_and_their_word_is_a_tap(cast: Cast) -> None:
    await clicked(cast)
    claim = await claim_next(cast.number.id)
    assert isinstance(claim, Claimed)
    await answers.unknown(claim.message_id, claim.attempt_id)
    await looked_for_in_vain(claim.message_id)
    await wait_stopped(cast, MORNING)
    assert isinstance(await claim_next(cast.number.id), Refusal)
    message = await Message.get(id=claim.message_id)
    assert (message.status, message.error_code, message.next_look_at) == (UNKNOWN, errors.WAITED, None)

    assert await undecided.decide(message.id, "again", cast.gary)
    assert (await Message.get(id=message.id)).status == QUEUED
    assert isinstance(await claim_next(cast.number.id), Claimed)


@pytest.mark.both
async def test_the_staff_s_word_of_yesterday_needs_a_new_one_too(cast: Cast) -> None:
    await clicked(cast)
    claim = await claim_next(cast.number.id)
    assert isinstance(claim, Claimed)

    async def twice_unknown() -> None:
        await Message.filter(id=claim.message_id).update(status=UNKNOWN, attempts=2, next_look_at=None)

    await transaction(twice_unknown)
    await undecided.decide(claim.message_id, "again", cast.gary)
    await wait_stopped(cast, MORNING)
    assert isinstance(await claim_next(cast.number.id), Refusal)
    assert (await Message.get(id=claim.message_id)).status == UNKNOWN
