"""Signing up by an opt-in form, and the texts that follow (SPEC B2)."""

from __future__ import annotations

import asyncio
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from tortoise.exceptions import BaseORMException

from tests.cast import Cast
from tests.cast.lists import import_file
from tests.cast.opt_ins import CONSENT, MINA, contact, joined, leave, make_form, ours, signs_up, texts_back, work
from tests.cast.texting import texted
from webapp import clock, database
from webapp.database import transaction
from webapp.models.accounts.campaign import Campaign
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import CustomField, FieldValue
from webapp.models.contacts.lists import ListMembership
from webapp.models.contacts.zones import ZoneSet, zones_of
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import Message
from webapp.models.opt_in_forms.sign_up import Consent, SignUp
from webapp.models.opt_ins import editing, texting
from webapp.models.opt_outs import by_staff
from webapp.models.opt_outs.opt_out import OptOut
from webapp.models.results import recount
from webapp.rules import errors

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


async def test_until_the_yes_the_newest_press_counts(cast: Cast) -> None:
    """A stranger typed first; the owner types after them, by a friend's link."""
    notes = await CustomField.get(campaign=cast.meyer, slug="notes")
    form = await make_form(cast, fields=[notes])
    olga = await joined(cast, form, "+14125550132")
    await signs_up(form, first_name="Bozo", last_name="Clown", zip="15222", answers={"notes": "Honk"})
    await work()
    [asked] = [m for m in await leave(cast.number) if m.phone == MINA]
    assert (await contact()).first_name == "" and "Bozo" not in asked.body
    await signs_up(form, answers={"notes": "Has a car"}, referrer=olga.token)
    await texts_back(cast, "yes")
    await signs_up(form, first_name="Bozo", last_name="Clown")
    mina, row = await contact(), await SignUp.get(contact__phone=MINA)
    assert (mina.first_name, mina.last_name) == ("Mina", "Cho") == (row.first_name, row.last_name)
    assert (await FieldValue.get(field=notes, contact_id=mina.id)).value == "Has a car"
    assert row.referrer_id == olga.id


async def test_the_form_fills_what_a_keyword_left_blank(cast: Cast) -> None:
    form = await make_form(cast, keyword="join")
    await texts_back(cast, "join")
    await work()
    await leave(cast.number)
    await signs_up(form)
    await texts_back(cast, "join")
    await texts_back(cast, "yes")
    mina = await contact()
    assert (mina.first_name, mina.last_name, mina.zip) == ("Mina", "Cho", "15213")


async def test_two_who_refer_each_other_make_no_circle(cast: Cast) -> None:
    form = await make_form(cast)
    await signs_up(form)
    mina = await SignUp.get()
    await signs_up(form, "+14125550132", referrer=mina.token)
    bo = await SignUp.get(referrer_id=mina.id)
    await signs_up(form, referrer=bo.token)
    assert (await SignUp.get(id=mina.id)).referrer_id is None


async def test_two_tabs_at_once_bring_one_text(cast: Cast) -> None:
    form = await make_form(cast)
    await asyncio.gather(*(signs_up(form) for _ in range(4)))
    await asyncio.gather(*(work() for _ in range(4)))
    assert await SignUp.all().count() == 1 and len(await ours()) == 1
    assert await Consent.all().count() == 4, "each press is a consent"


async def test_a_worker_that_dies_before_its_commit_leaves_the_text_to_the_next(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = await make_form(cast)
    await signs_up(form)

    async def dies(*_: object) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as dying:
        dying.setattr(texting, "mark", dies)
        with pytest.raises(asyncio.CancelledError):
            await work()
    assert await ours() == []
    await work()
    await work()
    assert len(await leave(cast.number)) == 1


async def test_signing_up_again_brings_no_second_text(cast: Cast) -> None:
    form = await make_form(cast)
    row = await joined(cast, form)
    await work()
    await leave(cast.number)
    for _ in range(3):
        await signs_up(form)
        await work()
    assert len(await ours()) == 2 and (await SignUp.get()).id == row.id


async def test_at_eleven_at_night_the_text_waits_until_the_morning(cast: Cast) -> None:
    form = await make_form(cast)
    clock.freeze(clock.now() + timedelta(hours=12))  # 23:00 in New York
    await signs_up(form)
    await work()
    assert await ours() == [] and (await SignUp.get()).why_not == errors.OUT_OF_HOURS
    clock.freeze(clock.now() + timedelta(hours=9, minutes=59))
    await work()
    assert await ours() == [], "8:59"
    clock.freeze(clock.now() + timedelta(minutes=6))
    await work()
    assert len(await leave(cast.number)) == 1


async def test_a_sign_up_of_yesterday_is_not_texted_any_more(cast: Cast) -> None:
    form = await make_form(cast)
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(stopped_at=clock.now()))
    await signs_up(form)
    await work()
    clock.freeze(clock.now() + timedelta(hours=24, minutes=1))
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(stopped_at=None))
    await work()
    row = await SignUp.get()
    assert await ours() == [] and not row.wants and row.why_not == texting.STOPPED
    await signs_up(form)
    await work()
    assert len(await ours()) == 1, "they asked anew"


async def test_a_text_refused_at_the_last_moment_is_made_again(cast: Cast) -> None:
    form = await make_form(cast)
    clock.freeze(clock.now() + timedelta(hours=9, minutes=58, seconds=30))  # 20:58:30
    await signs_up(form)
    await work()
    clock.freeze(clock.now() + timedelta(minutes=1))  # the worker sends nothing in the last minute
    assert await leave(cast.number) == []
    await work()
    clock.freeze(clock.now() + timedelta(hours=12, minutes=6))
    await work()
    assert len(await leave(cast.number)) == 1 and await recount.differences() == []


async def test_a_phone_that_opted_out_stays_so_and_gets_no_text(cast: Cast) -> None:
    form = await make_form(cast)
    await by_staff.add(MINA, cast.gary)
    await signs_up(form)
    await work()
    assert await ours() == [] and await OptOut.filter(phone=MINA).count() == 1
    await texts_back(cast, "YES")
    await work()
    assert (await SignUp.get()).confirmed_at is None and await ours() == []


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


async def test_a_text_wanted_before_a_stop_never_leaves(cast: Cast) -> None:
    await signs_up(await make_form(cast))
    await work()
    await texts_back(cast, "Stop")
    await work()
    assert await leave(cast.number) == []


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


async def test_nothing_known_of_a_contact_changes_before_their_yes_and_nothing_known_ever(cast: Cast) -> None:
    form = await make_form(cast)
    await transaction(lambda: Contact.filter(id=cast.lisa.id).update(last_name=""))
    await signs_up(form, cast.lisa.phone, first_name="Rude", last_name="Word", zip="96813")
    await work()
    await leave(cast.number)
    before = await contact(cast.lisa.phone)
    assert (before.first_name, before.last_name, before.zip) == ("Lisa", "", "15213")
    await texts_back(cast, "yes please", cast.lisa.phone)
    after = await contact(cast.lisa.phone)
    assert (after.first_name, after.last_name, after.zip) == ("Lisa", "Word", "15213")


async def test_answers_to_custom_fields_fill_what_is_blank(cast: Cast) -> None:
    notes = await CustomField.get(campaign=cast.meyer, slug="notes")
    form = await make_form(cast, fields=[notes])
    await joined(cast, form, answers={"notes": "Has a car"})
    assert (await FieldValue.get(field=notes)).value == "Has a car"


async def test_a_zip_filled_by_the_yes_moves_all_their_conversations_to_its_hours(cast: Cast) -> None:
    form = await make_form(cast)
    await texted(cast)
    await transaction(lambda: Contact.filter(id=cast.lisa.id).update(zip="", state_abbrev="", timezone=""))
    clock.freeze(clock.now() + timedelta(hours=7))
    await signs_up(form, cast.lisa.phone, zip="96813")
    await work()
    await leave(cast.number)
    await texts_back(cast, "Yes", cast.lisa.phone)
    lisa = await contact(cast.lisa.phone)
    assert lisa.zip == "96813" and await zones_of(cast.meyer, lisa.zone_set_id) == ("Pacific/Honolulu",)
    assert [talk.zone_set_id for talk in await Conversation.filter(contact=lisa)] == [lisa.zone_set_id] * 2


async def test_a_stranger_s_zip_opens_no_hours_of_the_phone_s_own_place(cast: Cast) -> None:
    form = await make_form(cast)
    clock.freeze(clock.now() + timedelta(hours=12))  # 23:00 in Pittsburgh, 18:00 in Honolulu
    await signs_up(form, zip="96813")
    await work()
    assert await ours() == []


async def test_a_stranger_s_zip_is_never_the_phone_s_own_before_a_yes(cast: Cast, tmp_path: Path) -> None:
    """Nor where a later list without a ZIP, a correction of the name or new tables derive the hours anew."""
    form = await make_form(cast)
    await signs_up(form, zip="96813")
    them = await contact()
    zones = await ZoneSet.get(id=them.zone_set_id)
    assert (zones.names, them.zip) == ("America/New_York Pacific/Honolulu", "")
    people = tmp_path / "people.csv"
    people.write_text("First Name,Phone\nMina,412-555-0131\n")
    assert (await import_file(cast, people)).status == "done"
    them = await contact()
    assert them.zip == "" and "Honolulu" not in " ".join(await zones_of(cast.meyer, them.zone_set_id))


async def test_with_the_yes_the_zip_is_theirs_and_so_are_its_hours(cast: Cast) -> None:
    form = await make_form(cast)
    clock.freeze(clock.now() + timedelta(hours=3))
    await joined(cast, form, zip="60601")
    them = await contact()
    assert them.zip == "60601" and await zones_of(cast.meyer, them.zone_set_id) == ("America/Chicago",)
    assert (await Conversation.get(action=form.action)).zone_set_id == them.zone_set_id


async def test_after_a_text_of_ours_a_typed_sign_up_waits_six_hours(cast: Cast) -> None:
    """Anybody may have typed it: it is no reply of theirs, and a "Yes" to the volunteer stays the volunteer's (S5)."""
    form = await make_form(cast)
    await texted(cast)
    await signs_up(form, cast.lisa.phone)
    await work()
    assert await leave(cast.number) == [] and (await SignUp.get()).why_not == errors.LOCKED
    await texts_back(cast, "Yes", cast.lisa.phone)
    assert (await cast.conversation()).needs_attention and (await SignUp.get()).confirmed_at is None
    clock.freeze(clock.now() + timedelta(hours=6, minutes=1))
    await work()
    assert len(await leave(cast.number)) == 1


async def test_a_second_form_s_text_waits_for_the_lock_too(cast: Cast) -> None:
    for n in range(2):
        await signs_up(await make_form(cast, title=f"Form {n}", subtitle=f"{n}"))
        await work()
        await leave(cast.number)
    assert len(await ours()) == 1
    assert (await SignUp.all().order_by("-id"))[0].why_not == errors.LOCKED


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


async def test_a_spending_limit_holds_sign_ups_too(cast: Cast) -> None:
    form = await make_form(cast)
    today = cast.meyer.local(clock.now()).date()
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(daily_cap=10_000, capped_on=today))
    await signs_up(form)
    await work()
    assert await ours() == [] and (await SignUp.get()).wants


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
