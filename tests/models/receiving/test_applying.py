"""What people write to us: once, to the right thread, and STOP at once."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from tests.cast import Cast, texts
from webapp import clock
from webapp.models import tallies
from webapp.models.contacts.contact import Contact
from webapp.models.conversations import inbox
from webapp.models.conversations.message import Message
from webapp.models.opt_outs import blocking, possible
from webapp.models.opt_outs.opt_out import OptOut
from webapp.models.receiving import applying
from webapp.models.receiving.event import INBOUND, News
from webapp.models.reports import filing
from webapp.models.results import recount
from webapp.models.scripts import publishing
from webapp.models.sending import answers
from webapp.models.sending.claim import Claimed, Refusal, claim_next
from webapp.models.sending.click import Declined, Queued
from webapp.rules import errors

_sids = iter(f"SM{n:032x}" for n in range(10_000))


async def texted(cast: Cast) -> None:
    """Amy has texted Lisa, and Twilio has it."""
    await cast.start(cast.amy)
    await cast.click(cast.amy)
    claim = await claim_next(cast.number.id)
    assert isinstance(claim, Claimed)
    await answers.taken(claim.message_id, next(_sids), claim.attempt_id)


async def says(cast: Cast, words: str, sid: str = "", **more: str) -> News:
    payload = {"MessageSid": sid or next(_sids), "From": cast.lisa.phone, "To": cast.number.e164, "Body": words, **more}
    event = await applying.keep(INBOUND, payload)
    return await applying.apply(event) if event else News()


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
    assert (await tallies.totals(cast.action.id))["responses"] == 1


@pytest.mark.both
@pytest.mark.parametrize("words", ["STOP", "stop.", "Unsubscribe", "REMOVE", "opt out", "End"])
async def test_a_keyword_opts_out_and_the_thread_leaves_the_inbox(cast: Cast, words: str) -> None:
    await texted(cast)
    await says(cast, words)
    assert (await OptOut.get(phone=cast.lisa.phone)).words == words
    assert await inbox.threads(inbox.of(cast.amy), "all") == []
    assert await cast.reply(cast.amy, "wait") == Declined(errors.OPTED_OUT)
    assert (await tallies.totals(cast.action.id))["opt_outs"] == 1
    assert await recount.differences() == []


async def test_twilio_s_own_opt_out_type_counts_as_stop(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "ARRET", OptOutType="STOP")
    assert await OptOut.exists(phone=cast.lisa.phone)


async def test_start_lifts_nothing_of_ours(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "STOP")
    await says(cast, "START", OptOutType="START")
    assert (await Contact.get(id=cast.lisa.id)).opted_out_at
    assert await cast.reply(cast.amy, "welcome back") == Declined(errors.OPTED_OUT)


async def test_a_stop_from_a_phone_nobody_knows_is_kept_too(cast: Cast) -> None:
    payload = {"MessageSid": next(_sids), "From": "+12125550999", "To": cast.number.e164, "Body": "STOP"}
    event = await applying.keep(INBOUND, payload)
    assert event
    await applying.apply(event)
    assert await OptOut.exists(phone="+12125550999", campaign=cast.meyer)


async def test_an_opt_out_holds_for_one_campaign_only(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "STOP")
    assert not await OptOut.exists(campaign=cast.ryan)


async def test_words_that_may_mean_it_stop_everything_to_that_phone_until_someone_decides(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "please take me off your list")
    assert await cast.reply(cast.amy, "sorry") == Declined(errors.POSSIBLE_OPT_OUT)
    await possible.decide(await cast.conversation(), cast.amy.user, opts_out=False)
    assert isinstance(await cast.reply(cast.amy, "glad you stay"), Queued)


async def test_a_possible_opt_out_that_is_one_is_for_good(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "please take me off your list")
    await possible.decide(await cast.conversation(), cast.amy.user, opts_out=True)
    row = await OptOut.get(phone=cast.lisa.phone)
    assert (row.source, row.words) == ("volunteer", "please take me off your list")
    assert (await tallies.totals(cast.action.id))["opt_outs"] == 0, "by hand is not counted (R2)"


async def test_a_possible_opt_out_nobody_looks_at_goes_to_the_admins(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "please take me off your list")
    assert await possible.hand_old_to_staff(cast.meyer) == []
    clock.freeze(clock.now() + timedelta(hours=2, minutes=1))
    assert await possible.hand_old_to_staff(cast.meyer) == [(cast.amy.user_id, (await cast.conversation()).id)]
    assert (await cast.conversation()).with_staff
    assert await recount.differences() == []


@pytest.mark.parametrize("words", ["HELP", "info", "Help."])
async def test_help_and_info_need_no_answer(cast: Cast, words: str) -> None:
    await texted(cast)
    await says(cast, words)
    assert not (await cast.conversation()).needs_attention


async def test_an_answer_ends_the_need_and_a_refused_one_brings_it_back(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "Where?")
    await cast.reply(cast.amy, "At the school")
    assert not (await cast.conversation()).needs_attention
    clock.freeze(clock.now() + timedelta(hours=14))  # the worker comes too late: it is night
    refused = await claim_next(cast.number.id)
    assert isinstance(refused, Refusal)
    assert (await cast.conversation()).needs_attention
    assert await recount.differences() == []


async def test_a_report_ends_the_need_and_the_next_reply_brings_it_back(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "Yes")
    conversation = await cast.conversation()
    await conversation.fetch_related("action")
    asked = await filing.questions(conversation.action)
    await filing.file(conversation, cast.amy.user, asked, {"will_vote"}, {"notes": "Kind"})
    assert not (await cast.conversation()).needs_attention
    await says(cast, "One more question")
    assert (await cast.conversation()).needs_attention
    totals = await tallies.totals(cast.action.id)
    assert (totals["reports"], totals["reported"], totals["replied"]) == (1, 1, 1)
    assert await recount.differences() == []


async def test_the_opt_out_tag_on_a_report_opts_out(cast: Cast) -> None:
    await texted(cast)
    conversation = await cast.conversation()
    await conversation.fetch_related("action")
    asked = await filing.questions(conversation.action)
    await filing.file(conversation, cast.amy.user, asked, {"opt_out"}, {})
    assert (await OptOut.get(phone=cast.lisa.phone)).source == "volunteer"


async def test_three_texts_unanswered_lock_the_fourth(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "Hi")
    for words in ("one", "two", "three"):
        assert isinstance(await cast.reply(cast.amy, words), Queued)
        claim = await claim_next(cast.number.id)
        assert isinstance(claim, Claimed)
        await answers.taken(claim.message_id, next(_sids), claim.attempt_id)
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
    await answers.taken(claim.message_id, next(_sids), claim.attempt_id)
    await says(cast, "Hi again")
    assert await cast.reply(cast.amy, "hello") == Declined(errors.LOCKED)
    clock.freeze(clock.now() + timedelta(minutes=11))
    assert isinstance(await cast.reply(cast.amy, "hello"), Queued)


async def test_a_reply_to_an_unknown_text_settles_it(cast: Cast) -> None:
    await cast.start(cast.amy)
    await cast.click(cast.amy)
    claim = await claim_next(cast.number.id)
    assert isinstance(claim, Claimed)
    await answers.unknown(claim.message_id, claim.attempt_id)
    await says(cast, "Who is this?")
    assert (await texts())[0].status == "taken"
    assert await recount.differences() == []


async def test_a_reply_to_an_archived_action_still_arrives(cast: Cast) -> None:
    await texted(cast)
    await publishing.archive(cast.action, cast.gary)
    assert (await says(cast, "Late, but yes")).user_id == cast.amy.user_id


async def test_a_nul_in_a_text_is_taken_out(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "Y\x00es")
    assert (await texts())[-1].body == "Yes"


async def test_blocking_keeps_everybody_from_texting_until_it_is_lifted(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "You people are awful")
    await blocking.block(await cast.conversation(), cast.amy.user)
    assert await cast.reply(cast.amy, "sorry") == Declined(errors.BLOCKED)
    await blocking.unblock(cast.lisa.id, cast.gary.user)
    assert isinstance(await cast.reply(cast.amy, "sorry"), Queued)


async def test_reading_a_thread_makes_it_read_for_its_holder_only(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "Yes")
    await inbox.read(await cast.conversation(), cast.gary)
    assert (await cast.conversation()).unread
    await inbox.read(await cast.conversation(), cast.amy)
    assert not (await cast.conversation()).unread
    assert await recount.differences() == []
