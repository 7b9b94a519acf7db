"""Work on many contacts, from the page that asks to the file it makes."""

from __future__ import annotations

import re

import pytest

from tests.cast import Cast
from tests.cast.bulk import finish_work
from tests.cast.site import OFFICE, Browser, audited, begin_work
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts.teams import Team, UserList
from webapp.models.bulk.job import BulkJob
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import ContactTag, CustomField, FieldValue, Tag
from webapp.models.contacts.lists import ContactList, ListMembership


async def test_what_to_do_is_asked_with_the_number_it_is_for(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    for kind, words in (
        ("assign", "All running actions"),
        ("tag", "Will Vote"),
        ("untag", "Will Vote"),
        ("field", "Notes"),
        ("list", "Or a new list"),
        ("opt_out", "undone"),
    ):
        page = (await gary.get(OFFICE + "/contacts/bulk/new", params={"kind": kind, "scope": "all", "state": ""})).text
        assert words in page and "1 contact" in page, kind
    ticked = (
        await gary.get(
            OFFICE + "/contacts/bulk/new", params={"kind": "tag", "scope": "ticked", "contacts": [cast.lisa.id, 99]}
        )
    ).text
    assert ticked.count('name="contacts"') == 1


async def test_all_that_match_get_a_tag_and_the_filter_says_who(cast: Cast, browse: Browser) -> None:
    await cast.add_contact("+14125550102", first_name="Bo")
    tag = await Tag.get(campaign=cast.meyer, slug="will_vote")
    gary = await browse(cast.gary)
    answer = await begin_work(gary, "tag", do_tag=str(tag.id), q="li")
    assert answer.status_code == 303 and await audited("contacts.tag") == 1
    assert "Waiting to start" in (await gary.get(answer.headers["location"])).text
    assert (await finish_work()).done == 1
    assert [t.contact_id for t in await ContactTag.filter(tag=tag)] == [cast.lisa.id]
    assert "Done: 1 contact" in (await gary.get(answer.headers["location"])).text


async def test_a_new_list_is_made_with_those_selected(cast: Cast, browse: Browser) -> None:
    await begin_work(await browse(cast.gary), "list", new_list="Erie", q="li")
    await finish_work()
    erie = await ContactList.get(name="Erie")
    assert erie.size == 1 and await ListMembership.exists(contact_list=erie, contact=cast.lisa)


@pytest.mark.parametrize(
    ("kind", "form", "words"),
    [
        ("opt_out", {}, "Tick that you are sure"),
        ("field", {"do_field": "1", "do_value": "x"}, "Tick that you are sure"),
        ("tag", {"do_tag": "99"}, "choose one"),
        ("field", {"do_field": "x"}, "choose one"),
        ("assign", {"to": "user:999"}, "Nobody you chose can text"),
        ("assign", {}, "is missing"),
        ("nothing", {}, "choose one"),
        ("list", {"to_list": "99"}, "choose one"),
        ("tag", {"scope": "ticked", "do_tag": "1"}, "Select a contact first"),
    ],
)
async def test_a_wrong_form_does_nothing_and_says_why(
    cast: Cast, browse: Browser, kind: str, form: dict[str, str], words: str
) -> None:
    answer = await begin_work(await browse(cast.gary), kind, **form)
    assert answer.status_code == 422 and words in answer.text
    assert await BulkJob.all().count() == 0


async def test_a_value_that_is_no_choice_of_the_field_is_refused(cast: Cast, browse: Browser) -> None:
    field = await CustomField.get(campaign=cast.meyer, slug="support_rating")
    for choice in ({"do_field": str(field.id), "do_value": "Purple"}, {"do_field": f"{field.id}=Purple"}):
        answer = await begin_work(await browse(cast.gary), "field", sure="1", **choice)
        assert answer.status_code == 422 and "Strong Supporter" in answer.text


async def test_a_selection_is_set_by_choosing_and_emptied_by_choosing_no_value(cast: Cast, browse: Browser) -> None:
    field, gary = await CustomField.get(campaign=cast.meyer, slug="support_rating"), await browse(cast.gary)
    page = (await gary.get(OFFICE + "/contacts/bulk/new", params={"kind": "field", "scope": "all"})).text
    assert f'value="{field.id}=Strong Supporter"' in page and f'value="{field.id}="' in page
    await begin_work(gary, "field", do_field=f"{field.id}=Strong Supporter", sure="1")
    await finish_work()
    assert [row.value for row in await FieldValue.filter(field=field)] == ["Strong Supporter"]
    await begin_work(gary, "field", do_field=f"{field.id}=", sure="1")
    await finish_work()
    assert await FieldValue.filter(field=field).count() == 0


async def test_the_page_of_the_work_names_the_filter_and_the_number(cast: Cast, browse: Browser) -> None:
    asked = {"kind": "tag", "scope": "all", "q": "li", "list": str(cast.voters.id), "texted": "no", "state": "PA"}
    page = (await (await browse(cast.gary)).get(OFFICE + "/contacts/bulk/new", params=asked)).text
    words = " ".join(re.sub("<[^>]*>", "", page).split())
    assert f"0 contacts selected: Search li, Texted No, List {cast.voters.name}, State PA" in words
    everyone = await (await browse(cast.gary)).get(OFFICE + "/contacts/bulk/new?kind=tag&scope=all")
    assert "every contact of the campaign" in everyone.text


async def test_an_assignment_says_how_many_moved(cast: Cast, browse: Browser) -> None:
    await cast.start(cast.amy)
    gary = await browse(cast.gary)
    answer = await begin_work(gary, "assign", to=f"user:{cast.dan.user_id}", do_action="0", mode="all")
    await finish_work()
    page = (await gary.get(answer.headers["location"])).text
    assert re.search(r"<dt>Moved</dt>\s*<dd>1</dd>", page)


async def test_contacts_are_assigned_to_a_team(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    made = await gary.post(OFFICE + "/user-lists", data={"name": "East", "kind": "team"})
    team = await Team.get(name="East")
    await gary.post(made.headers["location"] + "/members", data={"members": [cast.amy.id, cast.dan.id]})
    page = (await gary.get(made.headers["location"])).text
    assert team.team_code in page and "Amy Brookheimer" in page
    await begin_work(gary, "assign", to=f"list:{team.user_list_id}", do_action="0", mode="all")
    assert (await finish_work()).what["users"] == sorted([cast.amy.user_id, cast.dan.user_id])
    assert (await cast.conversation()).user_id in (cast.amy.user_id, cast.dan.user_id)
    await gary.post(f"{made.headers['location']}/members/{cast.dan.id}/end")
    assert [m.user_id for m in await (await UserList.get(id=team.user_list_id)).members()] == [cast.amy.user_id]
    await gary.post(made.headers["location"] + "/archive")
    assert "Use it again" in (await gary.get(OFFICE + "/user-lists")).text
    await gary.post(made.headers["location"] + "/archive/end")
    assert "Use it again" not in (await gary.get(OFFICE + "/user-lists")).text


async def test_from_a_volunteer_s_row_all_their_contacts_are_reassigned(cast: Cast, browse: Browser) -> None:
    await cast.start(cast.amy)
    gary = await browse(cast.gary)
    [address] = [
        a
        for a in re.findall(r'href="([^"]*kind=assign[^"]*)"', (await gary.get(OFFICE + "/users")).text)
        if a.endswith(f"assigned={cast.amy.user_id}")
    ]
    page = (await gary.get(address.replace("&amp;", "&"))).text
    assert "1 contact selected" in page
    await begin_work(
        gary, "assign", to=f"user:{cast.dan.user_id}", do_action="0", mode="all", assigned=str(cast.amy.user_id)
    )
    await finish_work()
    assert (await cast.conversation()).user_id == cast.dan.user_id


async def test_an_assignment_can_be_undone_from_its_page_once(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    begun = await begin_work(gary, "assign", to=f"user:{cast.dan.user_id}", do_action="0", mode="all")
    here = begun.headers["location"]
    assert "Undo assigning" not in (await gary.get(here)).text, "not while it runs"
    await finish_work()
    assert f'action="{here}/assignment/end"' in (await gary.get(here)).text
    answers = [(await (await browse(one)).post(f"{here}/assignment/end")).status_code for one in (cast.amy, cast.jonah)]
    assert answers[0] in (403, 404) and answers[1] == 404
    undo = (await gary.post(f"{here}/assignment/end")).headers["location"]
    await finish_work()
    assert (await cast.conversation()).user_id is None
    page = (await gary.get(undo)).text
    assert "Went back" in page and "Undo assigning</h1>" in re.sub(r"\s+<", "<", page)
    assert "Undone: see what went back." in (await gary.get(here)).text
    assert (await gary.post(f"{here}/assignment/end")).headers["location"] == here, "nothing more"


@pytest.mark.both
async def test_nothing_of_another_campaign_is_reached_by_work_on_many(cast: Cast, browse: Browser) -> None:
    tag = await Tag.get(campaign=cast.meyer, name="Wrong Number")
    field = await CustomField.get(campaign=cast.meyer, slug="notes")
    jonah, office = await browse(cast.jonah), "/c/ryan/admin"
    own_tag = await Tag.get(campaign=cast.ryan, name="Wrong Number")
    own = await transaction(lambda: Contact.create(campaign=cast.ryan, phone="+14125550101", created_at=clock.now()))
    mine, hers = {"contacts": str(own.id)}, {"contacts": str(cast.lisa.id)}
    answers = [
        (await jonah.post(office + "/contacts/bulk", data=data)).status_code
        for data in (
            {"kind": "tag", **hers, "do_tag": str(own_tag.id)},
            {"kind": "tag", **mine, "do_tag": str(tag.id)},
            {"kind": "field", **mine, "do_field": str(field.id), "do_value": "x", "sure": "1"},
            {"kind": "list", **mine, "to_list": str(cast.voters.id)},
            {"kind": "unlist", **mine, "to_list": str(cast.voters.id)},
            {"kind": "assign", **mine, "to": f"user:{cast.amy.user_id}"},
            {"kind": "assign", **mine, "to": f"user:{cast.jonah.user_id}", "do_action": str(cast.action.id)},
        )
    ]
    assert set(answers) == {422}, answers
    page = (await jonah.get(f"{office}/contacts?list={cast.voters.id}&action={cast.action.id}")).text
    assert "Lisa" not in page
    assert (await jonah.get(f"{office}/contacts/{cast.lisa.id}")).status_code == 404
