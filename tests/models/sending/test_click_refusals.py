"""The verbs of the click refuse the same, whoever calls them (SPEC X3, S6)."""

from __future__ import annotations

import uuid
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from tests.cast import Cast, texts
from tests.cast.texting import says, texted
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership, User
from webapp.models.actions.action import Action
from webapp.models.actions.script import Script
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import CustomField
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import OUT, REFUSED, Message
from webapp.models.reports import labelling
from webapp.models.results import recount
from webapp.models.scripts import first_card, shortfalls
from webapp.models.sending import click, first_text
from webapp.models.sending.claim import claim_next
from webapp.models.sending.click import Declined, Queued, Stopped, WroteAgain
from webapp.models.sending.refusal import Refusal
from webapp.rules import errors
from webapp.rules.scripts import shorteners


@pytest.mark.both
async def test_a_conversation_that_was_texted_gets_no_second_first_text(cast: Cast) -> None:
    """1306: an old card clicked again, with a client id of its own."""
    await cast.start(cast.amy)
    first = await cast.click(cast.amy)
    assert isinstance(first, Queued)
    conversation_id = first.message.conversation_id or 0
    before = await Conversation.get(id=conversation_id)
    assert await first_text.send_first(cast.amy, conversation_id, uuid.uuid4(), "any hash") == Declined(
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
async def test_a_response_script_that_changed_since_it_was_shown_is_not_sent(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "yes")
    talk, client_id = await cast.conversation(), uuid.uuid4()
    shown = str(cast.thanks.version)
    await transaction(lambda: cast.thanks.write("Thanks", "New thanks, ##{{first_name}}", None))
    send = click.Chosen(cast.thanks, shown)
    assert await click.send_reply(cast.amy, talk.id, client_id, send) == Stopped("changed") and len(await texts()) == 2
    send = click.Chosen(cast.thanks, str(cast.thanks.version))
    assert isinstance(await click.send_reply(cast.amy, talk.id, client_id, send), Queued)


@pytest.mark.both
async def test_what_the_script_or_the_campaign_brings_stops_first_texts_and_closes_nobody(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No fault of the contact, whatever changed after publishing: it is said at Start, and nobody is passed over. A fault of the
    contact's own value closes this contact alone."""
    await transaction(
        lambda: CustomField.create(campaign=cast.meyer, title="Polling", slug="polling", default_value="Elm St")
    )
    monkeypatch.setattr(shorteners, "NAMES", shorteners.NAMES | {"later.example"})
    nameless = await cast.add_contact("+14125550109")
    script = "Hi ##{{full_name}}, it's ##{{user.first_name}} of ##{{campaign.description}}: ##{{polling}}. STOP to end"
    await transaction(lambda: Script.filter(id=cast.hello.id).update(body=script))
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(description="Meyer"))
    await cast.make()
    await cast.start(cast.amy)
    cases: list[tuple[Any, dict[str, str], str]] = [
        (Campaign.filter(id=cast.meyer.id), {"fallback_sender": "Jo of bit.ly/x"}, "sender"),
        (Campaign.filter(id=cast.meyer.id), {"fallback_recipient": "pal of bit.ly/x"}, "text"),
        (CustomField.filter(slug="polling"), {"default_value": "see later.example/x"}, "text"),
        (CustomField.filter(slug="polling"), {"default_value": "the {Support Rating}"}, "text"),
        (Campaign.filter(id=cast.meyer.id), {"description": "x" * 1600}, "text"),
        (Script.filter(id=cast.hello.id), {"body": "Hi ##{{first_name}}, see later.example/x. STOP to end"}, "text"),
    ]
    for what, values, why in cases:
        assert await said_of_nameless(cast, nameless) == ("", None), "all is well before"
        [before] = await what.values(*values)
        await transaction(partial(what.update, **values))
        assert await said_of_nameless(cast, nameless) == (why, None), values
        await transaction(partial(what.update, **before))
    field = await CustomField.get(slug="polling")
    await labelling.set_field(nameless.id, field, "see later.example/x", None)
    assert await said_of_nameless(cast, nameless) == ("", errors.SHORTENER), "that is the contact's own"
    assert await texts() == [] and await recount.differences() == []


async def said_of_nameless(cast: Cast, contact: Contact) -> tuple[str, int | None]:
    """Why Start, the card and the click are refused to a nameless Amy, alike; and what the conversation is closed with."""
    action = await Action.get(id=cast.action.id).select_related("campaign")
    member = await Membership.get(id=cast.amy.id).select_related("user", "campaign")
    member.user.first_name = member.user.last_name = ""
    talk = await Conversation.get(contact=contact).select_related("contact", "action", "campaign", "script")
    refused = await shortfalls.why_refused(action, member.user)
    _, text = await first_card.queue_of(member, action, talk.id)
    closed = (await Conversation.get(id=talk.id)).closed_code
    if text and not closed and text.stopped:
        assert await first_text.send_first(member, talk.id, uuid.uuid4(), text.hash) == Stopped(text.stopped)
    assert closed or (text and text.stopped == (refused.why if refused else ""))
    return refused.why if refused else "", closed


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
    talk = await cast.conversation()
    assert (talk.texted_at, talk.closed_code) == (None, None), "the next card finds out whose fault it is"
    assert await recount.differences() == []


@pytest.mark.both
async def test_a_reply_on_a_page_that_did_not_show_their_newest_text_is_refused(cast: Cast) -> None:
    """In the verb that sends: a text may come between the page's own look and the click."""
    await texted(cast)
    await says(cast, "Yes, I will come")
    seen, conversation = (await texts())[-1].id, await cast.conversation()
    await says(cast, "Sorry, I can't after all")
    assert await click.send_reply(cast.amy, conversation.id, uuid.uuid4(), None, "Great!", seen) == WroteAgain()
    assert len([m for m in await texts() if m.direction == OUT]) == 1
    newest = (await texts())[-1].id
    assert isinstance(await click.send_reply(cast.amy, conversation.id, uuid.uuid4(), None, "A pity.", newest), Queued)
