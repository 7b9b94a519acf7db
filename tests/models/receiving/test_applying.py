"""Texts to us: once, to the right thread, and STOP at once (SPEC X5, X6, V5, V8)."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from tests.cast import Cast, texts
from tests.cast.database.moments import beside
from tests.cast.texting import SECOND, SID, new_sid, says, texted
from webapp import clock
from webapp.models import kept_counts
from webapp.models.contacts.contact import Contact
from webapp.models.conversations import inbox
from webapp.models.conversations.message import Message
from webapp.models.numbers.number import add_number
from webapp.models.opt_outs.opt_out import OptOut
from webapp.models.receiving import applying
from webapp.models.receiving.event import INBOUND, News
from webapp.models.results import recount
from webapp.models.scripts import publishing
from webapp.models.sending.click import Declined
from webapp.rules import errors
from webapp.workers.receiving import events


@pytest.mark.both
async def test_a_reply_goes_to_the_thread_of_the_text_it_answers(cast: Cast) -> None:
    await texted(cast)
    news = await says(cast, "Yes!")
    conversation = await cast.conversation()
    assert news == News(cast.amy.user_id, conversation.id)
    assert conversation.needs_attention and conversation.unread
    [thread] = await inbox.threads(inbox.of(cast.amy), "attention")
    assert thread.excerpt == "Yes!"
    assert await recount.differences() == []


@pytest.mark.both
async def test_the_same_webhook_many_times_at_once_is_one_text(cast: Cast) -> None:
    await texted(cast)
    await asyncio.gather(*(says(cast, "Yes!", sid="SM" + "a" * 32) for _ in range(6)))
    assert await Message.filter(direction="in").count() == 1
    assert (await kept_counts.totals(cast.action.id))["responses"] == 1


@pytest.mark.both
@pytest.mark.parametrize("words", ["STOP", "stop.", "Unsubscribe", "REMOVE", "opt out", "End"])
async def test_a_keyword_opts_out_and_the_thread_leaves_the_inbox(cast: Cast, words: str) -> None:
    await texted(cast)
    await says(cast, words)
    assert (await OptOut.get(phone=cast.lisa.phone)).words == words
    assert await inbox.threads(inbox.of(cast.amy), "all") == []
    assert await cast.reply(cast.amy, "wait") == Declined(errors.OPTED_OUT)
    assert (await kept_counts.totals(cast.action.id))["opt_outs"] == 1
    assert await recount.differences() == []


async def test_twilio_s_own_opt_out_type_counts_as_stop(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "ARRET", OptOutType="STOP")
    assert await OptOut.exists(phone=cast.lisa.phone)


@pytest.mark.both
async def test_a_stop_of_twilio_s_own_counts_where_the_text_was_listed_before_its_webhook(cast: Cast) -> None:
    """A list at Twilio has the words and not how Twilio took them."""
    await texted(cast)
    sid = new_sid()
    await says(cast, "ARRET", sid=sid)
    assert not await OptOut.exists(phone=cast.lisa.phone)
    for _ in range(2):
        await says(cast, "ARRET", sid=sid, OptOutType="STOP")
    assert (await OptOut.get(phone=cast.lisa.phone)).words == "ARRET"
    assert not (await cast.conversation()).needs_attention
    assert await cast.reply(cast.amy, "wait") == Declined(errors.OPTED_OUT)
    counts = await kept_counts.totals(cast.action.id)
    assert (counts["opt_outs"], counts["responses"], await Message.filter(direction="in").count()) == (1, 1, 1)
    assert await recount.differences() == []


@pytest.mark.both
async def test_a_webhook_without_a_stop_says_nothing_new_of_a_text_that_is_here(cast: Cast) -> None:
    await texted(cast)
    sid = new_sid()
    await says(cast, "ARRET", sid=sid, OptOutType="STOP")
    assert await says(cast, "ARRET", sid=sid) == News()
    assert await Message.filter(direction="in").count() == 1
    assert await recount.differences() == []


async def test_start_lifts_nothing_of_ours(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "STOP")
    await says(cast, "START", OptOutType="START")
    assert (await Contact.get(id=cast.lisa.id)).opted_out_at
    assert await cast.reply(cast.amy, "welcome back") == Declined(errors.OPTED_OUT)


async def test_a_stop_from_a_phone_nobody_knows_is_kept_too(cast: Cast) -> None:
    payload = {"MessageSid": new_sid(), "From": "+12125550999", "To": cast.number.e164, "Body": "STOP"}
    event = await applying.keep(INBOUND, payload)
    assert event
    await applying.apply(event)
    assert await OptOut.exists(phone="+12125550999", campaign=cast.meyer)


async def test_an_opt_out_holds_for_one_campaign_only(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "STOP")
    assert not await OptOut.exists(campaign=cast.ryan)


async def test_a_nul_in_a_text_is_taken_out(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "Y\x00es")
    assert (await texts())[-1].body == "Yes"


async def test_a_reply_to_an_archived_action_still_arrives(cast: Cast) -> None:
    await texted(cast)
    await publishing.archive(cast.action, cast.gary)
    assert (await says(cast, "Late, but yes")).user_id == cast.amy.user_id


@pytest.mark.parametrize("words", ["HELP", "info", "Help."])
async def test_help_and_info_need_no_answer(cast: Cast, words: str) -> None:
    await texted(cast)
    await says(cast, words)
    assert not (await cast.conversation()).needs_attention


@pytest.mark.both
async def test_a_stop_to_a_number_that_is_added_a_moment_later_opts_out(cast: Cast) -> None:
    """It came by the webhook while no row had the number (lost with the backup, or taken over from the account): it is
    noted as applied, its sid is known from then on, and no door takes it in again."""
    payload = {"MessageSid": SID, "From": cast.lisa.phone, "To": SECOND, "Body": "STOP"}
    event = await applying.keep(INBOUND, payload)
    assert event
    await applying.apply(event)
    clock.freeze(clock.now() + timedelta(minutes=2))
    await add_number(cast.meyer, SECOND, "PN" + "b" * 32, webhooks_ok=True)
    await events.apply_events({})
    if again := await applying.keep(INBOUND, payload):  # as catching up does
        await applying.apply(again)
    assert await OptOut.exists(phone=cast.lisa.phone)


@pytest.mark.postgres
async def test_a_stop_that_is_applied_while_its_number_is_added_is_heard(cast: Cast) -> None:
    """It looked for the number a moment before it was there, and notes that it is applied a moment after."""
    payload = {"MessageSid": SID, "From": cast.lisa.phone, "To": SECOND, "Body": "STOP"}
    event = await applying.keep(INBOUND, payload)
    assert event
    adding = add_number(cast.meyer, SECOND, "PN" + "b" * 32, webhooks_ok=True)
    await beside("twilio_event", "UPDATE", applying.apply(event), adding)
    await events.apply_events({})
    if again := await applying.keep(INBOUND, payload):
        await applying.apply(again)
    assert await OptOut.exists(phone=cast.lisa.phone)


@pytest.mark.parametrize("number", ["abc", "1" + "0" * 20, "-1", "", "١"])
async def test_a_stop_counts_however_odd_the_number_of_its_files(cast: Cast, number: str) -> None:
    await texted(cast)
    await says(cast, "STOP", NumMedia=number)
    assert (await OptOut.get()).phone == cast.lisa.phone


@pytest.mark.both
async def test_a_text_to_an_address_longer_than_a_number_is_applied_to_nobody(cast: Cast) -> None:
    """Else an owner could never go on after a restore: all that came in has to be applied first."""
    told = {"MessageSid": new_sid(), "From": "whatsapp:+14125550101", "To": "whatsapp:+14125550188", "Body": "Hi"}
    assert await applying.keep(INBOUND, told)
    assert await events.apply_all_texts() and await Message.all().count() == 0
