"""What the verbs of the click refuse, whoever calls them (SPEC X3, S6)."""

from __future__ import annotations

import uuid

import pytest

from tests.cast import Cast, texts
from webapp.database import transaction
from webapp.models.accounts.campaign import Campaign
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import OUT, Message
from webapp.models.results import recount
from webapp.models.sending import click
from webapp.models.sending.click import Declined, Queued, Stopped
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
