"""What the verbs of the click refuse, whoever calls them (SPEC X3, S6)."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from tests.cast import Cast, texts
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import User
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import OUT, REFUSED, Message
from webapp.models.results import recount
from webapp.models.sending import click
from webapp.models.sending.claim import claim_next
from webapp.models.sending.click import Declined, Queued, Stopped
from webapp.models.sending.refusal import Refusal
from webapp.rules import errors


@pytest.mark.both
async def test_a_conversation_that_was_texted_gets_no_second_first_text(cast: Cast) -> None:
    """1306: an old card clicked again, with a client id of its own."""
    await cast.start(cast.amy)
    first = await cast.click(cast.amy)
    assert isinstance(first, Queued)
    conversation_id = first.message.conversation_id or 0
    before = await Conversation.get(id=conversation_id)
    assert await click.send_first(cast.amy, conversation_id, uuid.uuid4(), "any hash") == Declined(
        errors.ALREADY_TEXTED
    )
    after = await Conversation.get(id=conversation_id)
    assert (after.texted_at, after.closed_code, after.turn) == (before.texted_at, None, before.turn)
    assert len(await texts()) == 1 and await recount.differences() == []


@pytest.mark.both
async def test_typed_words_are_refused_where_the_campaign_wants_scripts_only(cast: Cast) -> None:
    """S6 holds in the verb that sends, whoever calls it."""
    await cast.start(cast.amy)
    first = await cast.click(cast.amy)
    assert isinstance(first, Queued)
    await transaction(lambda: Message.filter(id=first.message.id).update(status="taken"))
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(disable_custom_responses=True))
    conversation_id = first.message.conversation_id or 0
    outcome = await click.send_reply(cast.amy, conversation_id, uuid.uuid4(), None, "Hello")
    assert outcome == Stopped("scripts")
    assert len([m for m in await texts() if m.direction == OUT]) == 1


BAD_NAME = "Jo. Polling place MOVED, see bit.ly/3vote-now Bye"


@pytest.mark.both
async def test_a_sender_s_name_that_is_a_message_is_never_sent(cast: Cast) -> None:
    """Stored before the rule held: the fallback stands in for it (A7)."""
    await transaction(lambda: User.filter(id=cast.amy.user_id).update(first_name=BAD_NAME))
    await cast.amy.fetch_related("user")
    await cast.start(cast.amy)
    sent = await cast.click(cast.amy)
    assert isinstance(sent, Queued)
    assert "MOVED" not in sent.message.body and cast.meyer.fallback_sender in sent.message.body


@pytest.mark.both
@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("Sure, see bit.ly/3vote", errors.SHORTENER),
        ("Sure, see https://TR.EE/x.", errors.SHORTENER),
        ("Hi {{first_name}}, thanks", errors.BRACES),
        ("Hi [First Name], thanks", errors.BRACES),
    ],
)
async def test_typed_words_pass_the_lint_at_the_click(cast: Cast, typed: str, code: int) -> None:
    await cast.start(cast.amy)
    first = await cast.click(cast.amy)
    assert isinstance(first, Queued)
    await transaction(lambda: Message.filter(id=first.message.id).update(status="taken"))
    outcome = await click.send_reply(cast.amy, first.message.conversation_id or 0, uuid.uuid4(), None, typed)
    assert outcome == Declined(code) and len(await texts()) == 1


@pytest.mark.both
async def test_the_campaign_s_own_words_that_bring_a_shortener_stop_first_texts_and_close_nobody(cast: Cast) -> None:
    """No fault of the contact: it is said at Start, and nobody is passed over."""
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(fallback_sender="Jo of bit.ly/x"))
    await transaction(lambda: User.filter(id=cast.amy.user_id).update(first_name=""))
    await cast.amy.fetch_related("user")
    await cast.start(cast.amy)
    assert await cast.click(cast.amy) == Stopped("sender")
    assert (await cast.conversation()).closed_code is None
    assert await texts() == [] and await recount.differences() == []


@pytest.mark.both
async def test_a_text_queued_before_the_rule_held_is_refused_by_the_worker(cast: Cast) -> None:
    await cast.start(cast.amy)
    first = await cast.click(cast.amy)
    assert isinstance(first, Queued)
    await transaction(lambda: Message.filter(id=first.message.id).update(body="See bit.ly/x"))
    clock.freeze(clock.now() + timedelta(seconds=10))
    assert isinstance(await claim_next(cast.number.id), Refusal)
    [message] = await texts()
    assert (message.status, message.error_code) == (REFUSED, errors.SHORTENER)
