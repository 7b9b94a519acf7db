"""The lock on who was texted lately (SPEC S5), as clicks and claims meet it."""

from __future__ import annotations

from datetime import timedelta

from tests.cast import Cast, send_card
from tests.cast.texting import claimed, new_sid, says, texted
from webapp import clock
from webapp.database import transaction
from webapp.models.actions.action import PUBLIC, Action
from webapp.models.actions.script import Script
from webapp.models.contacts.contact import Contact
from webapp.models.conversations import making
from webapp.models.conversations.conversation import Conversation
from webapp.models.outcomes import answers
from webapp.models.sending.claim import claim_next
from webapp.models.sending.click import Declined, Outcome, Queued
from webapp.models.sending.leaving import Claimed
from webapp.rules import errors


async def test_three_texts_unanswered_lock_the_fourth(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "Hi")
    for words in ("one", "two", "three"):
        assert isinstance(await cast.reply(cast.amy, words), Queued)
        claim = await claim_next(cast.number.id)
        assert isinstance(claim, Claimed)
        await answers.taken(claim.message_id, new_sid(), claim.attempt_id)
        clock.freeze(clock.now() + timedelta(minutes=1))
    assert await cast.reply(cast.amy, "four") == Declined(errors.LOCKED)
    await says(cast, "Yes?")
    assert isinstance(await cast.reply(cast.amy, "four"), Queued)


async def test_the_same_words_twice_running_are_refused_for_ten_minutes(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "Hi")
    await cast.reply(cast.amy, "hello")
    claim = await claim_next(cast.number.id)
    assert isinstance(claim, Claimed)
    await answers.taken(claim.message_id, new_sid(), claim.attempt_id)
    await says(cast, "Hi again")
    assert await cast.reply(cast.amy, "hello") == Declined(errors.LOCKED)
    clock.freeze(clock.now() + timedelta(minutes=11))
    assert isinstance(await cast.reply(cast.amy, "hello"), Queued)


async def test_another_action_s_text_is_locked_for_six_hours(cast: Cast) -> None:
    claim = await claimed(cast)
    await answers.taken(claim.message_id, "SM" + "1" * 32, claim.attempt_id)
    other = await in_second_action(cast)
    assert other == Declined(errors.LOCKED)
    clock.freeze(clock.now() + timedelta(hours=6, minutes=1))
    assert not isinstance(await in_second_action(cast), Declined)


async def in_second_action(cast: Cast) -> Outcome:
    """Dan sends Lisa's card of another action."""

    async def make() -> Action:
        found = await Action.get_or_none(title="Second")
        if found:
            return found
        action = await Action.create(campaign=cast.meyer, title="Second", state=PUBLIC, created_at=clock.now())
        await action.use_lists([cast.voters])
        await Script.create(action=action, kind="initial", body="Again, ##{{first_name}}. Reply STOP to opt out.")
        await making.make_all(action.id)
        return action

    action = await transaction(make)

    async def hold() -> Conversation:  # as if Dan's page had been open since before the text
        conversation = await Conversation.get(action=action, contact=cast.lisa)
        conversation.hold(cast.dan.user_id, clock.now())
        await conversation.save()
        return conversation

    return await send_card(cast.dan, await transaction(hold))


async def test_an_attempt_given_up_leaves_the_lock_as_it_was(cast: Cast) -> None:
    claim = await claimed(cast)
    assert (await Contact.get(id=cast.lisa.id)).last_claimed_message_id == claim.message_id
    await answers.later(claim.message_id, claim.attempt_id, 0)
    contact = await Contact.get(id=cast.lisa.id)
    assert contact.last_claimed_message_id is None and contact.last_claimed_at is None
    assert isinstance(await claim_next(cast.number.id), Claimed)
