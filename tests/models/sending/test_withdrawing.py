"""A text that was under way when its sender left or its action ended, and came back, does not leave later (SPEC P1, A1)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import Cast, looked_for_in_vain, suspend, texts
from tests.cast.texting import claimed, clicked, says, texted
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import Action
from webapp.models.conversations.message import CANCELLED, QUEUED, UNKNOWN
from webapp.models.outcomes import answers, undecided
from webapp.models.results import recount
from webapp.models.scripts import publishing
from webapp.models.sending.claim import Wait, claim_next
from webapp.models.sending.leaving import Claimed


async def came_back(claim: Claimed, how: str) -> None:
    if how == "429":
        await answers.later(claim.message_id, claim.attempt_id, 0)
    else:
        await answers.rejected(claim.message_id, claim.attempt_id, 20003)
        await _go_on(claim)


async def _go_on(claim: Claimed) -> None:
    [message] = [text for text in await texts() if text.id == claim.message_id]
    await message.fetch_related("campaign")
    await transaction(message.campaign.go_on)


async def leaves(cast: Cast) -> bool:
    while isinstance(found := await claim_next(cast.number.id), Wait):
        pass
    return isinstance(found, Claimed)


@pytest.mark.both
@pytest.mark.parametrize("how", ["429", "account refused"])
async def test_a_text_under_way_when_its_sender_is_suspended_does_not_leave_later(cast: Cast, how: str) -> None:
    claim = await claimed(cast)
    await suspend(cast.amy)
    await came_back(claim, how)
    assert not await leaves(cast)
    assert [message.status for message in await texts()] == [CANCELLED]
    talk = await cast.conversation()
    assert (talk.texted_at, talk.user_id, talk.with_staff, talk.closed_code) == (None, None, False, None), "in the pool"
    assert await recount.differences() == []


@pytest.mark.both
async def test_a_reply_under_way_when_its_sender_is_removed_leaves_the_person_to_the_staff(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "Who is this?")
    await cast.reply(cast.amy, "Amy")
    claim = await claim_next(cast.number.id)
    assert isinstance(claim, Claimed)
    await suspend(cast.amy)
    await came_back(claim, "429")
    assert not await leaves(cast)
    talk = await cast.conversation()
    assert talk.texted_at and talk.with_staff and talk.needs_attention
    assert await recount.differences() == []


@pytest.mark.both
async def test_a_first_text_under_way_when_its_action_is_archived_does_not_wait_for_ever(cast: Cast) -> None:
    claim = await claimed(cast)
    await publishing.archive(await Action.get(id=cast.action.id), cast.selina)
    await came_back(claim, "429")
    assert not await leaves(cast)
    assert [message.status for message in await texts()] == [CANCELLED]
    talk = await cast.conversation()
    assert talk.texted_at is None and talk.user_id == cast.amy.user_id
    assert await recount.differences() == []


@pytest.mark.both
async def test_what_an_action_still_had_queued_when_it_ended_does_not_wait_for_ever(cast: Cast) -> None:
    """It waited for the end of a pause, and the action's last day passed."""
    await clicked(cast)
    await transaction(lambda: Action.filter(id=cast.action.id).update(paused_at=clock.now()))
    assert not await leaves(cast) and [message.status for message in await texts()] == [QUEUED]
    yesterday = cast.meyer.local(clock.now()).date() - timedelta(days=1)
    await transaction(lambda: Action.filter(id=cast.action.id).update(ends_on=yesterday))
    assert not await leaves(cast)
    assert [message.status for message in await texts()] == [CANCELLED]
    talk = await cast.conversation()
    assert talk.texted_at is None and talk.user_id == cast.amy.user_id, "to be tapped again, should it go on"
    assert await recount.differences() == []


@pytest.mark.both
async def test_a_second_attempt_of_a_suspended_sender_is_the_staff_s_to_decide_and_their_word_counts(
    cast: Cast,
) -> None:
    claim = await claimed(cast)
    await suspend(cast.amy)
    await answers.unknown(claim.message_id, claim.attempt_id)
    await looked_for_in_vain(claim.message_id)
    assert not await leaves(cast)
    assert [(m.status, m.next_look_at) for m in await texts()] == [(UNKNOWN, None)]
    assert await undecided.decide(claim.message_id, "again")
    assert await leaves(cast)


async def test_a_text_that_comes_back_leaves_where_its_sender_is_still_there(cast: Cast) -> None:
    claim = await claimed(cast)
    assert await Membership.exists(id=cast.amy.id, suspended_at=None)
    await came_back(claim, "429")
    assert await leaves(cast)
