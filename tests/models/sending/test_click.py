"""The click of Send: one text, to the person and in the words the volunteer saw (SPEC V4, A11)."""

from __future__ import annotations

import asyncio
import uuid
from datetime import timedelta

import pytest

from tests.cast import Cast, send_card, texts
from tests.cast.texting import in_touch, next_in_queue
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import Action
from webapp.models.assignments import assigning
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import CustomField
from webapp.models.results import recount
from webapp.models.sending import click, first_text, round_trip, to_own_phone
from webapp.models.sending.click import Changed, Declined, Moved, Queued, Reused, Stopped
from webapp.rules import errors


@pytest.mark.both
async def test_a_click_stores_one_text_and_the_same_click_again_is_the_same_text(cast: Cast) -> None:
    await cast.start(cast.amy)
    conversation, client_id = await cast.conversation(), uuid.uuid4()
    first = await send_card(cast.amy, conversation, client_id)
    again = await send_card(cast.amy, conversation, client_id)
    assert isinstance(first, Queued) and isinstance(again, Queued)
    assert again.again and again.message.id == first.message.id
    assert len(await texts()) == 1
    assert await recount.differences() == []


@pytest.mark.both
async def test_two_tabs_that_press_send_at_once_send_one_text(cast: Cast) -> None:
    await cast.start(cast.amy)
    conversation = await cast.conversation()
    outcomes = await asyncio.gather(*(send_card(cast.amy, conversation) for _ in range(6)))
    assert sum(isinstance(outcome, Queued) for outcome in outcomes) == 1
    assert [o.code for o in outcomes if isinstance(o, Declined)] == [errors.ALREADY_TEXTED] * 5
    assert len(await texts()) == 1


@pytest.mark.both
async def test_the_same_click_several_times_at_once_is_one_text_and_one_answer(cast: Cast) -> None:
    await cast.start(cast.amy)
    conversation, client_id = await cast.conversation(), uuid.uuid4()
    outcomes = await asyncio.gather(*(send_card(cast.amy, conversation, client_id) for _ in range(6)))
    assert len({outcome.message.id for outcome in outcomes if isinstance(outcome, Queued)}) == 1
    assert sum(isinstance(outcome, Queued) for outcome in outcomes) == 6
    assert len(await texts()) == 1 and await recount.differences() == []


@pytest.mark.both
async def test_a_press_that_was_for_somebody_else_sends_nothing_and_says_so(cast: Cast) -> None:
    """The client id of a text of one's own to another person, of another user's, of a test: in each verb that takes one."""
    mike = await cast.add_contact("+14125550103", first_name="Mike")
    await cast.make()
    await cast.start(cast.amy)
    sent, tested = await cast.click(cast.amy), await to_own_phone.send(cast.gary, "Hi", cast.lisa, uuid.uuid4())
    assert isinstance(sent, Queued) and isinstance(tested, Queued)
    first, test = (message.client_id or uuid.uuid4() for message in (sent.message, tested.message))
    lisa, to_mike = await cast.conversation(), await cast.conversation(mike)
    for member, client_id in [(cast.amy, first), (cast.amy, test), (cast.dan, first)]:
        assert await send_card(member, to_mike, client_id) == Reused()
    assert await click.send_reply(cast.amy, lisa.id, test, None, "Hello") == Reused()
    assert await to_own_phone.send(cast.gary, "Hi", cast.lisa, first) == Reused()
    assert await round_trip.begin(cast.gary, first) == Reused()
    assert len(await texts()) == 2 and (await cast.conversation(mike)).texted_at is None
    assert await recount.differences() == []


@pytest.mark.both
async def test_the_same_reply_several_times_at_once_is_one_text_and_one_answer(cast: Cast) -> None:
    await in_touch(cast)
    conversation, client_id = await cast.conversation(), uuid.uuid4()
    replies = [click.send_reply(cast.amy, conversation.id, client_id, None, "At the library.") for _ in range(6)]
    outcomes = await asyncio.gather(*replies)
    assert len({outcome.message.id for outcome in outcomes if isinstance(outcome, Queued)}) == 1
    assert sum(isinstance(outcome, Queued) for outcome in outcomes) == 6
    assert len(await texts()) == 2 and await recount.differences() == []


async def test_a_text_that_changed_since_it_was_read_is_shown_again(cast: Cast) -> None:
    await cast.start(cast.amy)
    await transaction(lambda: cast.hello.write("", "Another text. Reply STOP to opt out.", None))
    conversation = await cast.conversation()
    outcome = await first_text.send_first(cast.amy, conversation.id, uuid.uuid4(), "the hash of the old card")
    assert isinstance(outcome, Changed)
    assert await texts() == []


async def test_someone_else_s_contact_can_not_be_texted(cast: Cast) -> None:
    await cast.start(cast.amy)
    assert isinstance(await cast.click(cast.dan), Moved)
    assert await texts() == []


async def test_a_suspended_volunteer_s_open_card_sends_nothing(cast: Cast) -> None:
    await cast.start(cast.amy)
    await transaction(lambda: Membership.filter(id=cast.amy.id).update(suspended_at=clock.now()))
    assert await cast.click(cast.amy) == Stopped("member")


async def test_a_paused_action_sends_no_first_text(cast: Cast) -> None:
    await cast.start(cast.amy)
    await cast.action.pause(cast.gary)
    assert await cast.click(cast.amy) == Stopped("paused")


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("opted_out_at", "now", errors.OPTED_OUT),
        ("blocked_at", "now", errors.BLOCKED),
        ("landline_until", "later", errors.LANDLINE),
    ],
)
async def test_a_final_safeguard_closes_the_conversation(cast: Cast, field: str, value: str, code: int) -> None:
    await cast.start(cast.amy)
    at = clock.now() + timedelta(days=value == "later")
    await transaction(lambda: Contact.filter(id=cast.lisa.id).update(**{field: at}))
    assert await cast.click(cast.amy) == Declined(code)
    conversation = await cast.conversation()
    assert conversation.closed_code == code and conversation.texted_at is None
    assert await recount.differences() == []


async def test_out_of_hours_the_person_goes_to_the_end_of_the_queue(cast: Cast) -> None:
    kim = await cast.add_contact("+14125550102", first_name="Kim", zip="15213")
    await cast.make()
    await cast.start(cast.amy)
    clock.freeze(clock.now().replace(hour=4))  # 11 at night in Pittsburgh
    assert await cast.click(cast.amy) == Declined(errors.OUT_OF_HOURS)
    clock.freeze(clock.now().replace(hour=16))
    action = await Action.get(id=cast.action.id).select_related("campaign")
    waiting = await next_in_queue(action, cast.amy.user)
    assert waiting and waiting.contact_id == kim.id


async def test_a_variable_that_can_not_be_filled_sends_no_blank(cast: Cast) -> None:
    await transaction(lambda: CustomField.create(campaign=cast.meyer, title="Issue", slug="issue_id"))
    await transaction(lambda: cast.hello.write("", "About ##{{issue_id}}. Reply STOP to opt out.", None))
    await cast.start(cast.amy)
    assert await cast.click(cast.amy) == Declined(errors.UNFILLED)
    assert await texts() == []


async def test_a_name_that_looks_like_a_variable_is_neither_expanded_nor_sent(cast: Cast) -> None:
    await transaction(lambda: Contact.filter(id=cast.lisa.id).update(first_name="##{{user.phone}}"))
    await cast.start(cast.amy)
    await cast.click(cast.amy)
    [message] = await texts()
    assert message.body.startswith(f"Hi {cast.meyer.fallback_recipient}, it's Amy")


async def test_a_campaign_without_a_healthy_number_sends_nothing(cast: Cast) -> None:
    await cast.start(cast.amy)
    cast.number.paused_at = clock.now()
    await transaction(cast.number.save)
    assert await cast.click(cast.amy) == Declined(errors.NO_NUMBER)


async def test_nothing_can_be_typed_to_someone_who_got_no_first_text(cast: Cast) -> None:
    await cast.start(cast.amy)
    assert await cast.reply(cast.amy, "hi there") == Stopped("first")
    await cast.click(cast.amy)
    assert await cast.reply(cast.amy, "hi there") == Stopped("first"), "it would overtake the first text"


async def test_handing_to_an_admin_takes_the_thread_from_the_volunteer(cast: Cast) -> None:
    await in_touch(cast)
    conversation = await cast.conversation()
    await assigning.hand_to_staff(conversation.id, cast.amy.user)
    assert isinstance(await cast.reply(cast.amy, "hello?"), Moved)
    assert isinstance(await cast.reply(cast.gary, "Gary here"), Queued)
