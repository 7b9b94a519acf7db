"""One contact: what happened, data, tags, erasure (SPEC C6)."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from tests.cast import Cast, opt_out_phone
from tests.cast.bulk import assign, finish_work, on, work
from tests.cast.lists import import_file, write
from tests.cast.site import OFFICE, Browser, audited, form_of
from tests.cast.texting import says, texted
from webapp import clock
from webapp.models.assignments import assigning
from webapp.models.bulk import slices
from webapp.models.bulk.job import ASSIGN, LIST, OPT_OUT, UNLIST
from webapp.models.contacts import labels
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import ContactTag, CustomField, Tag
from webapp.models.opt_outs import blocking
from webapp.models.opt_outs.opt_out import FROM_ADMIN, OptOut
from webapp.models.reports import editing, labelling
from webapp.models.results import recount

EDIT = {
    "first_name": "Elisa",
    "last_name": "Ng",
    "email": "E@x.org",
    "state_abbrev": "hawaii",
    "zip": "96720",
    "van_id": "V1",
    "timezone": "",
    "field_notes": "Likes parks",
}


def _later() -> None:
    clock.freeze(clock.now() + timedelta(minutes=1))


async def test_one_contact_shows_everything_with_who_and_when(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    _later()
    await says(cast, "yes I will")
    _later()
    await labelling.set_tag(cast.lisa, await Tag.get(campaign=cast.meyer, slug="will_vote"), "admin", cast.amy.user)
    _later()
    await slices.begin(
        cast.meyer,
        cast.gary.user,
        "assign",
        [cast.lisa.id],
        {"users": [cast.dan.user_id], "action": 0, "mode": "all"},
        "Dan",
    )
    await finish_work()
    _later()
    await opt_out_phone(cast.meyer, cast.lisa.phone, FROM_ADMIN, cast.gary.user)
    page = (await (await browse(cast.gary)).get(f"{OFFICE}/contacts/{cast.lisa.id}")).text
    told = [
        "Will you vote",
        "yes I will",
        "Tag added: Will Vote.",
        "Assigned to Dan Egan, Make a plan to vote.",
        "Opted out permanently",
    ]
    places = [page.index(words) for words in told]
    assert places == sorted(places) and "<b>Gary Walsh</b>" in page and "<b>Amy Brookheimer</b>" in page


async def test_data_is_edited_but_the_phone_and_the_clock_follows(cast: Cast, browse: Browser) -> None:
    await (await browse(cast.gary)).post(f"{OFFICE}/contacts/{cast.lisa.id}", data={**EDIT, "phone": "+12125550199"})
    lisa = await Contact.get(id=cast.lisa.id).select_related("zone_set")
    assert (lisa.phone, lisa.first_name, lisa.email, lisa.state_abbrev, lisa.first_key) == (
        "+14125550101",
        "Elisa",
        "e@x.org",
        "HI",
        "elisa",
    )
    assert (
        lisa.zone_set
        and lisa.zone_set.names == "Pacific/Honolulu"
        and (await cast.conversation()).zone_set_id == lisa.zone_set_id
    )
    assert await labels.field_values(lisa.id) == {"notes": "Likes parks"} and await audited("contact.edited") == 1


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("email", "nope", "not an e-mail"),
        ("zip", "12", "five digits"),
        ("zip", "K1A 0B1", "Postal codes of Canada"),
        ("state_abbrev", "Mars", "no state or province"),
        ("state_abbrev", "ZZ", "no state or province"),
        ("timezone", "Mars/Base", "a time zone such as"),
        ("first_name", "x" * 101, "First name"),
    ],
)
async def test_wrong_data_is_not_saved(cast: Cast, browse: Browser, field: str, value: str, words: str) -> None:
    answer = await (await browse(cast.gary)).post(f"{OFFICE}/contacts/{cast.lisa.id}", data={**EDIT, field: value})
    assert answer.status_code == 422 and "Not saved" in answer.text and words in answer.text
    assert (await Contact.get(id=cast.lisa.id)).first_name == "Lisa"


@pytest.mark.parametrize(
    ("field", "typed", "kept"),
    [("timezone", "Eastern Time (US & Canada)", "Eastern Time (US & Canada)"), ("zip", "10001 - 1234", "10001")],
)
async def test_the_form_takes_zones_and_zips_as_an_import_does(
    cast: Cast, browse: Browser, field: str, typed: str, kept: str
) -> None:
    await (await browse(cast.gary)).post(f"{OFFICE}/contacts/{cast.lisa.id}", data={**EDIT, field: typed})
    lisa = await Contact.get(id=cast.lisa.id).select_related("zone_set")
    assert getattr(lisa, field) == kept and lisa.zone_set and "America/New_York" in lisa.zone_set.names


async def test_data_and_tags_are_saved_by_one_form(cast: Cast, browse: Browser) -> None:
    gary, page = await browse(cast.gary), f"{OFFICE}/contacts/{cast.lisa.id}"
    tags = {t.slug: t for t in await Tag.filter(campaign=cast.meyer)}
    form = {**EDIT, "offers_tags": "1"}
    await gary.post(page, data={**form, "tags": [str(tags["will_vote"].id), str(tags["spanish_speaker"].id)]})
    await gary.post(page, data={**form, "tags": [str(tags["will_vote"].id)]})
    assert [t.tag_id for t in await ContactTag.filter(contact_id=cast.lisa.id)] == [tags["will_vote"].id]
    assert (await Contact.get(id=cast.lisa.id)).first_name == "Elisa"
    history = (await gary.get(page)).text
    assert all(f"{changed}," in history for changed in ("first name Elisa", "e-mail e@x.org", "VAN ID V1", "ZIP 96720"))
    await gary.post(page, data={**form, "tags": [str(tags["opt_out"].id)]})
    assert (await OptOut.get()).phone == cast.lisa.phone


async def test_a_form_that_is_refused_keeps_its_ticks_and_sets_no_tag(cast: Cast, browse: Browser) -> None:
    gary, page = await browse(cast.gary), f"{OFFICE}/contacts/{cast.lisa.id}"
    tag = await Tag.get(campaign=cast.meyer, slug="will_vote")
    refused = await gary.post(page, data={**EDIT, "zip": "abc", "offers_tags": "1", "tags": [str(tag.id)]})
    assert refused.status_code == 422 and await ContactTag.all().count() == 0
    assert re.search(rf'value="{tag.id}"\s*checked', refused.text)
    await gary.post(page, data=EDIT)
    assert await ContactTag.all().count() == 0, "a form without tags says nothing of them"


async def test_one_contact_is_assigned_at_once(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    answer = await gary.post(f"{OFFICE}/contacts/{cast.lisa.id}/assignment", data={"to": f"user:{cast.dan.user_id}"})
    assert answer.status_code == 303 and (await cast.conversation()).user_id == cast.dan.user_id
    assert (await gary.post(f"{OFFICE}/contacts/{cast.lisa.id}/assignment", data={"to": ""})).status_code == 422


async def test_a_person_s_data_goes_and_their_opt_out_stays(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    await labelling.set_field(cast.lisa.id, await CustomField.get(campaign=cast.meyer, slug="notes"), "x", None)
    await (await browse(cast.gary)).post(f"{OFFICE}/contacts/{cast.lisa.id}/erasure")
    lisa = await Contact.get(id=cast.lisa.id)
    assert (lisa.name, lisa.zip, lisa.first_key, lisa.phone) == ("", "", "", "+14125550101") and lisa.opted_out_at
    assert await labels.field_values(lisa.id) == {} and await OptOut.filter(phone=lisa.phone).exists()


async def test_the_page_of_a_contact_with_every_kind_of_past_opens(cast: Cast, browse: Browser, tmp_path: Path) -> None:
    await texted(cast)
    await says(cast, "hm")
    talk = await cast.conversation()
    await assigning.hand_to_staff(talk.id, cast.amy.user)
    await assigning.take_over(talk.id, cast.gary)
    await blocking.block(talk, cast.gary.user)
    await blocking.unblock(cast.lisa.id, cast.gary.user)
    await work(cast, ASSIGN, assign(cast.dan), [cast.lisa.id])
    for kind, what in ((UNLIST, on(cast.voters)), (LIST, on(cast.voters)), (OPT_OUT, {})):
        await work(cast, kind, what, [cast.lisa.id])
    await assigning.free_from(cast.dan)
    await import_file(cast, write(tmp_path, "phone,first_name\n4125550101,Li\n"))
    gary, path = await browse(cast.gary), f"{OFFICE}/contacts/{cast.lisa.id}"
    assert (await gary.get(path)).status_code == 200
    await editing.erase(cast.lisa.id, cast.gary)
    assert (await gary.get(path)).status_code == 200
    assert await recount.differences() == []


@pytest.mark.both
async def test_unblock_on_an_old_page_lifts_no_later_block(cast: Cast, browse: Browser) -> None:
    gary, here = await browse(cast.gary), f"/c/meyer/admin/contacts/{cast.lisa.id}"
    await blocking.block(await cast.conversation(), cast.gary.user)
    old = form_of((await gary.get(here)).text, f"{here}/block/end")
    await gary.post(f"{here}/block/end", data=old)
    assert not (await Contact.get(id=cast.lisa.id)).blocked_at
    clock.freeze(clock.now() + timedelta(minutes=1))
    await blocking.block(await cast.conversation(), cast.gary.user)
    for form in (old, {}):
        answer = await gary.post(f"{here}/block/end", data=form)
        page = (await gary.get(answer.headers["location"])).text
        assert "Still blocked." in page and (await Contact.get(id=cast.lisa.id)).blocked_at
    await gary.post(f"{here}/block/end", data=form_of(page, f"{here}/block/end"))
    assert not (await Contact.get(id=cast.lisa.id)).blocked_at
