"""A keyword texted to a number opens the form's conversation; STOP and HELP come first (SPEC B2, X6)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import Cast
from tests.cast.opt_ins import MINA, contact, is_rejected, joined, leave, make_form, ours, signs_up, texts_back, work
from tests.cast.texting import texted
from webapp import clock
from webapp.database import transaction
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import Message
from webapp.models.kept_counts import Tally
from webapp.models.numbers.number import add_number
from webapp.models.opt_in_forms.sign_up import Consent, SignUp
from webapp.models.opt_ins import answering, editing
from webapp.models.results import recount

pytestmark = pytest.mark.both


async def test_a_keyword_asks_for_a_yes_from_the_number_it_came_to(cast: Cast) -> None:
    form = await make_form(cast, keyword="join", initial="Meyer for Senate: reply YES to join, STOP to opt out.")
    await texts_back(cast, " Join! ")
    await work()
    [asked] = await leave(cast.number)
    assert asked.number_id == cast.number.id and asked.phone == MINA
    talk = await Conversation.get(action=form.action)
    assert talk.id == (await Message.get(direction="in")).conversation_id and not talk.needs_attention
    await texts_back(cast, "yes")
    await work()
    assert (await SignUp.get()).confirmed_at and len(await ours()) == 2
    assert "Join!" in (await Consent.get()).words and await recount.differences() == []


async def test_a_keyword_again_is_noted_and_answered_once(cast: Cast) -> None:
    await make_form(cast, keyword="join")
    for _ in range(3):
        await texts_back(cast, "JOIN")
        await work()
        await leave(cast.number)
    assert len(await ours()) == 1


@pytest.mark.parametrize("words", ["I want to join", "join us", "jo in", "HELP", "yes"])
async def test_other_words_open_nothing(cast: Cast, words: str) -> None:
    await make_form(cast, keyword="join")
    await texts_back(cast, words)
    assert not await SignUp.exists()


async def test_stop_is_an_opt_out_whatever_twilio_or_a_form_makes_of_it(cast: Cast) -> None:
    await make_form(cast, keyword="join")
    await texts_back(cast, "join", OptOutType="STOP")
    await work()
    assert (await contact()).opted_out_at and await ours() == []


async def test_a_phone_that_opted_out_gets_nothing_for_a_keyword(cast: Cast) -> None:
    await make_form(cast, keyword="join")
    await texts_back(cast, "stop")
    await texts_back(cast, "join")
    await work()
    assert await ours() == [] and (await contact()).opted_out_at


async def test_a_draft_and_a_closed_form_hear_no_keyword(cast: Cast) -> None:
    form = await make_form(cast, is_open=False, keyword="join")
    await texts_back(cast, "join")
    await editing.open_form(form, cast.gary)
    await editing.close_form(form, cast.gary)
    await texts_back(cast, "join")
    assert not await SignUp.exists()


async def test_a_keyword_to_another_number_than_the_form_s_is_an_ordinary_text(cast: Cast) -> None:
    other = await add_number(cast.meyer, "+14125550199", "PN" + "b" * 32, rate=1e9, webhooks_ok=True)
    await make_form(cast, keyword="join", numbers=[other])
    await texts_back(cast, "join")
    assert not await SignUp.exists()
    await texts_back(cast, "join", To=other.e164)
    await work()
    assert [m.number_id for m in await leave(other)] == [other.id]


async def test_where_our_text_failed_a_keyword_and_a_yes_join(cast: Cast) -> None:
    """No second first text is sent, so there is no other way."""
    form = await make_form(cast, keyword="join")
    await signs_up(form)
    await work()
    await is_rejected(cast.number)
    await texts_back(cast, "yes")
    assert (await SignUp.get()).confirmed_at is None, "said to nothing of ours"
    await texts_back(cast, "join")
    await work()
    assert await leave(cast.number) == [], "no second first text"
    await texts_back(cast, "yes")
    await work()
    assert (await SignUp.get()).confirmed_at and len(await leave(cast.number)) == 1
    assert await recount.differences() == []


async def test_a_yes_to_a_volunteer_is_theirs_also_where_our_text_failed(cast: Cast) -> None:
    form = await make_form(cast, keyword="join")
    await signs_up(form, cast.lisa.phone)
    await work()
    await is_rejected(cast.number)
    await texts_back(cast, "join", cast.lisa.phone)
    clock.freeze(clock.now() + timedelta(hours=7))
    await texted(cast)
    await texts_back(cast, "yes", cast.lisa.phone)
    assert (await cast.conversation()).needs_attention and (await SignUp.get()).confirmed_at is None


async def test_an_answer_to_a_volunteer_is_no_keyword(cast: Cast) -> None:
    """With any word: Amy asked, and Amy reads the answer."""
    await make_form(cast, keyword="join")
    await texted(cast)
    await texts_back(cast, "join", cast.lisa.phone)
    assert (await cast.conversation()).needs_attention and not await SignUp.exists()
    assert await recount.differences() == []


async def test_a_keyword_long_after_a_volunteer_s_talk_is_a_keyword(cast: Cast) -> None:
    form = await make_form(cast, keyword="join")
    await texted(cast)
    clock.freeze(clock.now() + answering.TALK_OVER - timedelta(hours=1))
    await texts_back(cast, "join", cast.lisa.phone)
    assert not await SignUp.exists(), "it may still be an answer"
    clock.freeze(clock.now() + answering.TALK_OVER + timedelta(hours=1))
    await texts_back(cast, "join", cast.lisa.phone)
    assert await SignUp.exists(form=form, contact=cast.lisa)
    assert await recount.differences() == []


async def test_a_second_yes_confirms_what_another_form_asked(cast: Cast) -> None:
    first, second = await make_form(cast, title="First"), await make_form(cast, title="Second")
    for form in (first, second):
        await signs_up(form)
        await work()
        await leave(cast.number)
        clock.freeze(clock.now() + timedelta(hours=7))
        await work()
        await leave(cast.number)
    for confirmed in ([second], [second, first], [second, first]):
        await texts_back(cast, "yes")
        done = {row.form_id for row in await SignUp.filter(confirmed_at__not_isnull=True)}
        assert done == {form.id for form in confirmed}
    assert await recount.differences() == []


async def test_doctor_finds_a_question_to_a_form_that_lost_its_mark(cast: Cast) -> None:
    await joined(cast, await make_form(cast))
    await texts_back(cast, "Where is the office?")
    assert await recount.differences() == []
    await transaction(lambda: Conversation.filter(needs_attention=True).update(needs_attention=False))
    await transaction(lambda: Tally.all().update(needs_attention=0))
    [line] = await recount.differences()
    assert "needs_attention is 0, a recount gives 1" in line


async def test_a_keyword_in_another_form_s_conversation_counts(cast: Cast) -> None:
    await joined(cast, await make_form(cast, title="Other"))
    form = await make_form(cast, keyword="join")
    await texts_back(cast, "join")
    assert await SignUp.exists(form=form)


async def test_a_keyword_is_answered_at_once_also_after_a_text_of_ours(cast: Cast) -> None:
    """Their own text opens the conversation, so the lock takes ours for a reply (S5)."""
    await signs_up(await make_form(cast, title="Other"))
    await work()
    await leave(cast.number)
    await make_form(cast, keyword="join")
    await texts_back(cast, "join")
    await work()
    assert len(await leave(cast.number)) == 1


async def test_a_form_signed_up_for_by_page_and_keyword_is_one_sign_up(cast: Cast) -> None:
    form = await make_form(cast, keyword="join")
    await signs_up(form)
    await texts_back(cast, "join")
    await work()
    assert await SignUp.all().count() == 1 and len(await ours()) == 1
