"""Signing up by an opt-in form, and the texts that follow (SPEC B2)."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from tortoise.exceptions import BaseORMException

from tests.cast import Cast
from tests.cast.opt_ins import CONSENT, MINA, contact, joined, leave, make_form, ours, signs_up, texts_back, work
from tests.cast.texting import texted
from webapp import clock, database
from webapp.database import transaction
from webapp.models.contacts.lists import ListMembership
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import Message
from webapp.models.opt_in_forms.sign_up import Consent, SignUp
from webapp.models.opt_ins import editing, texting
from webapp.models.results import recount

pytestmark = pytest.mark.both


async def test_the_whole_way_to_the_list(cast: Cast) -> None:
    form = await make_form(cast)
    await signs_up(form)
    await work()
    [asked] = await leave(cast.number)
    assert asked.body == "Hi friend, thanks for joining Team Meyer. Reply YES to get our texts, or STOP to opt out."
    on_list = ListMembership.filter(contact_list=form.contact_list, contact__phone=MINA)
    assert not await on_list.exists()
    await texts_back(cast, "Yes!")
    await work()
    [thanks] = await leave(cast.number)
    row = await SignUp.get()
    assert thanks.body == f"You are in, Mina! Bring a friend: http://texts.example/r/{row.token}"
    assert row.confirmed_at and await on_list.exists()
    assert await recount.differences() == []
    talk = await Conversation.get(action=form.action)
    assert talk.with_staff and not talk.needs_attention, "nobody has anything to do"


async def test_what_was_agreed_to_is_kept_word_for_word(cast: Cast) -> None:
    form = await make_form(cast)
    await signs_up(form)
    kept = await Consent.get()
    assert (kept.words, kept.address, kept.phone) == (CONSENT, "203.0.113.9", MINA)
    assert (kept.form_version, kept.language, kept.at) == (form.version, "en", clock.now())


@pytest.mark.parametrize("change", ["UPDATE opt_in_consent SET words = 'x'", "DELETE FROM opt_in_consent"])
async def test_the_database_keeps_what_was_agreed_to(cast: Cast, change: str) -> None:
    await signs_up(await make_form(cast))
    with pytest.raises(BaseORMException):
        await transaction(lambda: database.query(change))
    assert (await Consent.get()).words == CONSENT


async def test_the_same_press_twice_is_one_consent_and_one_text(cast: Cast) -> None:
    form, press = await make_form(cast), uuid.uuid4()
    await signs_up(form, client_id=press)
    await signs_up(form, client_id=press)
    await work()
    assert await Consent.all().count() == 1 and len(await leave(cast.number)) == 1


async def test_the_same_form_sent_again_with_another_phone_is_another_sign_up(cast: Cast) -> None:
    form, press = await make_form(cast), uuid.uuid4()
    await signs_up(form, client_id=press)
    await signs_up(form, "+14125550132", client_id=press)
    await work()
    assert [kept.phone for kept in await Consent.all().order_by("id")] == [MINA, "+14125550132"]
    assert len(await ours("+14125550132")) == 1


async def test_two_who_refer_each_other_make_no_circle(cast: Cast) -> None:
    form = await make_form(cast)
    await signs_up(form)
    mina = await SignUp.get()
    await signs_up(form, "+14125550132", referrer=mina.token)
    bo = await SignUp.get(referrer_id=mina.id)
    await signs_up(form, referrer=bo.token)
    assert (await SignUp.get(id=mina.id)).referrer_id is None


async def test_signing_up_again_brings_no_second_text(cast: Cast) -> None:
    form = await make_form(cast)
    row = await joined(cast, form)
    await work()
    await leave(cast.number)
    for _ in range(3):
        await signs_up(form)
        await work()
    assert len(await ours()) == 2 and (await SignUp.get()).id == row.id


async def test_stop_in_place_of_yes_is_an_opt_out(cast: Cast) -> None:
    form = await make_form(cast)
    await signs_up(form)
    await work()
    await leave(cast.number)
    await texts_back(cast, "Stop")
    await texts_back(cast, "Yes")
    await work()
    row = await SignUp.get()
    assert row.confirmed_at is None and len(await ours()) == 1
    assert (await contact()).opted_out_at is not None


async def test_a_yes_to_a_volunteer_confirms_nothing(cast: Cast) -> None:
    form = await make_form(cast)
    await signs_up(form, cast.lisa.phone)
    await work()
    await leave(cast.number)
    clock.freeze(clock.now() + timedelta(hours=7))
    await texted(cast)
    await texts_back(cast, "Yes", cast.lisa.phone)
    assert (await SignUp.get()).confirmed_at is None
    assert (await cast.conversation()).needs_attention


async def test_other_words_than_yes_wait_for_the_staff(cast: Cast) -> None:
    form = await make_form(cast)
    await signs_up(form)
    await work()
    await leave(cast.number)
    await texts_back(cast, "Who is this?")
    talk = await Conversation.get(action=form.action)
    assert talk.needs_attention and talk.with_staff and (await SignUp.get()).confirmed_at is None


async def test_a_closed_form_takes_nobody_and_texts_nobody_new(cast: Cast) -> None:
    form = await make_form(cast)
    await signs_up(form)
    await editing.close_form(form, cast.gary)
    await work()
    assert await ours() == [] and (await SignUp.get()).why_not == texting.CLOSED
    assert await signs_up(form, "+14125550132") is None
    assert await SignUp.all().count() == 1


async def test_a_yes_after_the_form_closed_still_counts(cast: Cast) -> None:
    form = await make_form(cast)
    await signs_up(form)
    await work()
    await leave(cast.number)
    await editing.close_form(form, cast.gary)
    await texts_back(cast, "si")
    await work()
    assert (await SignUp.get()).confirmed_at and len(await leave(cast.number)) == 1


async def test_no_volunteer_gets_anything_of_a_form(cast: Cast) -> None:
    form = await make_form(cast)
    await signs_up(form)
    await work()
    await cast.start(cast.amy)
    assert await Conversation.filter(action=form.action, user_id=cast.amy.user_id).count() == 0
    message = await Message.get(phone=MINA)
    assert message.user_id is None


async def test_a_friend_by_the_referral_link_counts_for_who_shared_it(cast: Cast) -> None:
    form = await make_form(cast)
    mina = await joined(cast, form)
    await signs_up(form, "+14125550132", referrer=mina.token)
    await signs_up(form, MINA, referrer=mina.token)
    other = await make_form(cast, title="Other")
    await signs_up(other, "+14125550133", referrer=mina.token)
    rows = {row.form_id: row for row in await SignUp.filter(referrer_id=mina.id)}
    assert list(rows) == [form.id], "no link of another form, and nobody refers themselves"
