"""The changes a sign-up may make before its YES and with it (SPEC B2)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.cast import Cast
from tests.cast.lists import import_file
from tests.cast.opt_ins import MINA, contact, joined, leave, make_form, ours, signs_up, texts_back, work
from tests.cast.texting import texted
from webapp import clock
from webapp.database import transaction
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import CustomField, FieldValue
from webapp.models.contacts.zones import ZoneSet, zones_of
from webapp.models.conversations.conversation import Conversation
from webapp.models.opt_in_forms.sign_up import SignUp

pytestmark = pytest.mark.both


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
    """Nor where a later list without a ZIP, a correction of the name or new tables derive the hours again."""
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
