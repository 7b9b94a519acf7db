"""All Contacts, one contact, lists, opt-outs, user lists: each page works, refuses the wrong form, and notes who did it."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.cast import Cast, opt_out_phone
from tests.models.imports.test_importing import CSV, EXPECTED
from tests.models.receiving.test_applying import says, texted
from tests.reader import books
from tests.routes.conftest import Browser
from tests.routes.test_access import ask, campaign_routes, fill, ids
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts import teams
from webapp.models.accounts.audit import AuditEvent
from webapp.models.accounts.teams import Team, UserList
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import Action, ActionExclusion
from webapp.models.bulk import slices
from webapp.models.bulk.job import BulkJob
from webapp.models.contacts import labels, many_at_once, search
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import ContactTag, CustomField, Tag
from webapp.models.contacts.lists import ContactList, ListMembership
from webapp.models.conversations.conversation import Conversation
from webapp.models.imports import importing
from webapp.models.imports.job import ContactImport
from webapp.models.opt_outs.opt_out import FROM_ADMIN, OptOut
from webapp.models.reports import labelling

OFFICE = "/c/meyer/admin"


async def finish_work() -> BulkJob:
    work = await BulkJob.all().order_by("-id").first()
    assert work
    while await slices.work(work.id, 60):
        continue
    return await BulkJob.get(id=work.id)


async def noted(what: str) -> int:
    return await AuditEvent.filter(what=what).count()


async def test_filters_stand_in_the_address_and_come_back_in_the_form(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    bo = await cast.add_contact("+14125550102", first_name="Bo", state_abbrev="OH")
    page = (
        await gary.get(OFFICE + "/contacts", params={"state": "OH", "q": "b", "col": ["email", "field:notes"]})
    ).text
    assert "Bo" in page and ">Lisa Ng<" not in page and "1 contact" in page
    assert '<option value="OH" selected>' in page and 'value="b"' in page and ">Notes</th>" in page
    assert f"contacts/{bo.id}" in page
    assert "Nobody's first or last name begins" in (await gary.get(OFFICE + "/contacts?q=zz")).text
    assert "Nobody fits all of these filters" in (await gary.get(OFFICE + "/contacts?q=zz&state=OH")).text


async def test_a_page_leads_to_the_next_with_its_filters_and_columns(cast: Cast, browse: Browser) -> None:
    for n in range(60):
        await cast.add_contact(f"+1412555{n + 1200}", first_name=f"P{n}")
    gary = await browse(cast.gary)
    page = (await gary.get(OFFICE + "/contacts?q=p&col=zip")).text
    [address] = re.findall(r'href="([^"]*after=[^"]*)"', page)
    asked = parse_qs(urlsplit(address.replace("&amp;", "&")).query)
    assert asked["q"] == ["p"] and asked["col"] == ["zip"]
    second = (await gary.get(address.replace("&amp;", "&"))).text
    assert ">P59<" in second and ">P0<" not in second and "First page" in second


async def test_many_are_shown_as_many_and_counted_where_one_asks(
    cast: Cast, browse: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:

    monkeypatch.setattr(search, "MANY", 1)
    for n in range(4):
        await cast.add_contact(f"+1412555{n + 1200}")
    gary = await browse(cast.gary)
    page = (await gary.get(OFFICE + "/contacts")).text
    assert "1+ contacts" in page and "exact=1" in page
    assert "5 contacts" in (await gary.get(OFFICE + "/contacts?exact=1")).text


async def test_a_page_of_contacts_costs_the_same_queries_however_many(
    cast: Cast, browse: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tortoise.backends.sqlite.client import SqliteClient

    asked: list[str] = []
    run = SqliteClient.execute_query

    async def counted(self, query, values=None):  # type: ignore[no-untyped-def]
        asked.append(query)
        return await run(self, query, values)

    monkeypatch.setattr(SqliteClient, "execute_query", counted)
    gary = await browse(cast.gary)
    await gary.get(OFFICE + "/contacts")  # notes that he is here
    numbers = []
    for n in range(2):
        for k in range(20):
            await cast.add_contact(f"+1412555{n * 100 + k + 1200}", first_name="P")
        asked.clear()
        assert (await gary.get(OFFICE + "/contacts?col=tags&col=assigned&col=field:notes")).status_code == 200
        numbers.append(len(asked))
    assert numbers[0] == numbers[1] < 40


async def start(gary: httpx.AsyncClient, kind: str, **form: str | list[str]) -> httpx.Response:
    return await gary.post(OFFICE + "/contacts/bulk", data={"kind": kind, "scope": "all", **form})


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
    answer = await start(gary, "tag", do_tag=str(tag.id), q="li")
    assert answer.status_code == 303 and await noted("contacts.tag") == 1
    assert "Waits to begin" in (await gary.get(answer.headers["location"])).text
    assert (await finish_work()).done == 1
    assert [t.contact_id for t in await ContactTag.filter(tag=tag)] == [cast.lisa.id]
    assert "Done: 1 contact" in (await gary.get(answer.headers["location"])).text


async def test_a_new_list_is_made_with_those_selected(cast: Cast, browse: Browser) -> None:
    await start(await browse(cast.gary), "list", new_list="Erie", q="li")
    await finish_work()
    erie = await ContactList.get(name="Erie")
    assert erie.size == 1 and await ListMembership.exists(contact_list=erie, contact=cast.lisa)


@pytest.mark.parametrize(
    ("kind", "form", "words"),
    [
        ("tag", {"do_tag": "99"}, "choose one"),
        ("field", {"do_field": "x"}, "choose one"),
        ("assign", {"to": "user:999"}, "Nobody there may text"),
        ("assign", {}, "is missing"),
        ("nothing", {}, "choose one"),
        ("list", {"to_list": "99"}, "choose one"),
        ("tag", {"scope": "ticked", "do_tag": "1"}, "Tick somebody first"),
        ("export", {}, "a right of its own"),
    ],
)
async def test_a_wrong_form_does_nothing_and_says_why(
    cast: Cast, browse: Browser, kind: str, form: dict[str, str], words: str
) -> None:
    answer = await start(await browse(cast.gary), kind, **form)  # type: ignore[arg-type]
    assert answer.status_code == 422 and words in answer.text
    assert await BulkJob.all().count() == 0


async def test_a_value_that_is_no_choice_of_the_field_is_refused(cast: Cast, browse: Browser) -> None:
    field = await CustomField.get(campaign=cast.meyer, slug="support_rating")
    answer = await start(await browse(cast.gary), "field", do_field=str(field.id), do_value="Purple")
    assert answer.status_code == 422 and "Strong Supporter" in answer.text


async def test_contacts_are_assigned_to_a_team(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    made = await gary.post(OFFICE + "/user-lists", data={"name": "East", "kind": "team"})
    team = await Team.get(name="East")
    await gary.post(made.headers["location"] + "/members", data={"members": [cast.amy.id, cast.dan.id]})
    page = (await gary.get(made.headers["location"])).text
    assert team.team_code in page and "Amy Brookheimer" in page
    await start(gary, "assign", to=f"list:{team.user_list_id}", do_action="0", mode="all")
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
    await start(
        gary, "assign", to=f"user:{cast.dan.user_id}", do_action="0", mode="all", assigned=str(cast.amy.user_id)
    )
    await finish_work()
    assert (await cast.conversation()).user_id == cast.dan.user_id


async def test_an_export_waits_for_whoever_asked_and_for_nobody_else(cast: Cast, browse: Browser) -> None:
    selina, gary = await browse(cast.selina), await browse(cast.gary)
    answer = await start(selina, "export")
    work = await finish_work()
    assert work.status == "done" and "Contacts, CSV" in (await selina.get(answer.headers["location"])).text
    file = await selina.get(answer.headers["location"] + "/contacts.csv")
    assert file.headers["content-type"].startswith("text/csv") and "+14125550101" in file.text
    assert (await gary.get(answer.headers["location"] + "/contacts.csv")).status_code == 404
    assert "Export" not in re.sub(
        r"<option value=.*?</option>", "", (await gary.get(OFFICE + "/contacts")).text.split("bulk-bar")[1]
    )


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
        "Tag set: Will Vote.",
        "Assigned to Dan Egan, Make a plan to vote.",
        "Opted out, for good",
    ]
    places = [page.index(words) for words in told]
    assert places == sorted(places) and "<b>Gary Walsh</b>" in page and "<b>Amy Brookheimer</b>" in page


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
    assert await labels.field_values(lisa.id) == {"notes": "Likes parks"} and await noted("contact.edited") == 1


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("email", "nope", "not an e-mail"),
        ("zip", "12", "five digits"),
        ("state_abbrev", "Mars", "Two letters"),
        ("timezone", "Mars/Base", "A zone such as"),
        ("first_name", "x" * 101, "too long"),
    ],
)
async def test_wrong_data_is_not_saved(cast: Cast, browse: Browser, field: str, value: str, words: str) -> None:
    answer = await (await browse(cast.gary)).post(f"{OFFICE}/contacts/{cast.lisa.id}", data={**EDIT, field: value})
    assert answer.status_code == 422 and ("Not saved" in answer.text) and (words in answer.text or "101" in answer.text)
    assert (await Contact.get(id=cast.lisa.id)).first_name == "Lisa"


async def test_tags_are_set_and_taken_on_the_contact_s_page(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    tags = {t.slug: t for t in await Tag.filter(campaign=cast.meyer)}
    await gary.post(
        f"{OFFICE}/contacts/{cast.lisa.id}/tags",
        data={"tags": [str(tags["will_vote"].id), str(tags["spanish_speaker"].id)]},
    )
    await gary.post(f"{OFFICE}/contacts/{cast.lisa.id}/tags", data={"tags": [str(tags["will_vote"].id)]})
    assert [t.tag_id for t in await ContactTag.filter(contact_id=cast.lisa.id)] == [tags["will_vote"].id]
    await gary.post(f"{OFFICE}/contacts/{cast.lisa.id}/tags", data={"tags": [str(tags["opt_out"].id)]})
    assert (await OptOut.get()).phone == cast.lisa.phone


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


async def test_no_route_takes_an_opt_out_away(cast: Cast, app, browse: Browser, tmp_path) -> None:  # type: ignore[no-untyped-def]
    """Every form of the site, by its owner, with this person's ids."""
    names, selina = await ids(cast, tmp_path), await browse(cast.selina)
    await opt_out_phone(cast.meyer, cast.lisa.phone, FROM_ADMIN)
    posts = [path for method, path in campaign_routes(app) if method == "POST"]
    assert len(posts) > 60
    for path in posts:
        await ask(selina, "POST", fill(path, names, "meyer"))
        assert await OptOut.filter(phone=cast.lisa.phone, campaign=cast.meyer).exists(), path
        assert (await Contact.get(id=cast.lisa.id)).opted_out_at, path


async def test_opt_outs_are_searched_counted_and_exported(cast: Cast, browse: Browser) -> None:
    await opt_out_phone(cast.meyer, cast.lisa.phone, FROM_ADMIN, words="=cmd()")
    await opt_out_phone(cast.ryan, "+12125550123", FROM_ADMIN)
    selina, gary = await browse(cast.selina), await browse(cast.gary)
    page = (await gary.get(OFFICE + "/opt-outs?q=412 555 0101")).text
    assert "412-555-0101" in page and "Lisa Ng" in page and "By an admin" in page
    assert "has not opted out" in (await gary.get(OFFICE + "/opt-outs?q=212-555-0123")).text
    assert "not a whole phone number" in (await gary.get(OFFICE + "/opt-outs?q=lisa")).text
    file = (await selina.get(OFFICE + "/opt-outs.csv")).text
    assert "+14125550101,admin" in file and "'=cmd()" in file and "+12125550123" not in file
    assert (await gary.get(OFFICE + "/opt-outs.csv")).status_code == 404 and await noted("opt_outs.exported") == 1


async def upload(client: httpx.AsyncClient, file: str, content: bytes, **form: str) -> str:
    answer = await client.post(OFFICE + "/imports", files={"file": (file, content)}, data=form)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def read_in() -> ContactImport:
    job = await ContactImport.all().order_by("-id").first()
    assert job
    while await importing.take_in(job.id, 60):
        continue
    return await ContactImport.get(id=job.id)


async def test_a_strike_list_is_looked_at_and_then_struck(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    path = await upload(gary, "strike.txt", b"412-555-0101\n2125550123\n", kind="opt_outs", preview="1")
    await read_in()
    page = (await gary.get(path)).text
    assert "412-555-0101" in page and "phones, for good" in page and await OptOut.all().count() == 0
    await gary.post(path + "/mapping", data={"column_0": "phone"})
    await read_in()
    assert await OptOut.all().count() == 2 and "2 phones opted out" in (await gary.get(path)).text
    assert "Strike lists and uploads" in (await gary.get(OFFICE + "/opt-outs")).text


async def test_columns_are_shown_with_the_rows_as_they_will_be_stored(cast: Cast, browse: Browser, tmp_path) -> None:  # type: ignore[no-untyped-def]
    book = books.write(
        tmp_path / "v.xlsx",
        {"Voters": [["Cell", "First", "Zip5", "Issue"], [2125550123, "Ann", 2139, "Roads"], ["n/a", "Bo", "", ""]]},
    )
    gary = await browse(cast.gary)
    path = await upload(gary, "v.xlsx", book.read_bytes(), name="Voters 2", preview="1")
    await read_in()
    page = (await gary.get(path)).text
    assert (
        "212-555-0123" in page
        and "02139" in page
        and "Refused:" in page
        and "3 of 4 columns" in page
        and "Store 2 rows" in re.sub(r"\s+", " ", page)
    )
    tried = await gary.post(
        path + "/preview", data={"column_0": "phone", "column_1": "", "column_2": "", "column_3": "new"}
    )
    assert "No name" in tried.text and await Contact.filter(campaign=cast.meyer).count() == 1
    wrong = await gary.post(path + "/mapping", data={"column_1": "first_name"})
    assert wrong.status_code == 422 and "One column must be the phone" in wrong.text
    await gary.post(
        path + "/mapping", data={"column_0": "phone", "column_1": "first_name", "column_2": "zip", "column_3": "new"}
    )
    job = await read_in()
    ann = await Contact.get(phone="+12125550123")
    assert (job.status, ann.zip, await labels.field_values(ann.id)) == ("done", "02139", {"issue": "Roads"})


async def test_what_was_left_out_is_taken_in_afterwards_from_the_page(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    path = await upload(gary, "v.csv", b"phone,Issue\n2125550123,Roads\n")
    await read_in()
    assert path + "/columns" in (await gary.get(path)).text
    assert "Read it once more" in (await gary.get(path + "/columns")).text
    answer = await gary.post(path + "/mapping", data={"column_0": "phone", "column_1": "new"})
    assert answer.headers["location"] != path
    await read_in()
    assert await labels.field_values((await Contact.get(phone="+12125550123")).id) == {"issue": "Roads"}


async def test_pasted_rows_are_a_list(cast: Cast, browse: Browser) -> None:
    answer = await (await browse(cast.gary)).post(
        OFFICE + "/imports", data={"pasted": "phone,first_name\n212-555-0123,Ann", "name": "By hand"}
    )
    assert answer.status_code == 303
    await read_in()
    assert (await ContactList.get(name="By hand")).size == 1


async def test_a_workbook_past_the_limit_is_refused_at_once(
    cast: Cast, browse: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    from webapp.routes.admin.imports import upload as imports

    monkeypatch.setattr(imports, "LARGEST_WORKBOOK", 10)
    answer = await (await browse(cast.gary)).post(
        OFFICE + "/imports", files={"file": ("v.xlsx", b"PK\x03\x04" + b"x" * 99)}
    )
    assert answer.status_code == 422 and "Save it as CSV" in answer.text


async def test_lists_are_made_of_lists_renamed_and_archived(cast: Cast, browse: Browser) -> None:
    bo = await cast.add_contact("+14125550102", first_name="Bo")
    other = await transaction(lambda: ContactList.make(cast.meyer, "Other", ""))
    await transaction(lambda: many_at_once.add_to_list(other.id, [bo.id]))
    gary = await browse(cast.gary)
    await gary.post(
        OFFICE + "/lists", data={"name": "Without", "from": str(cast.voters.id), "how": "any", "without": str(other.id)}
    )
    await finish_work()
    made = await ContactList.get(name="Without")
    assert [m.contact_id for m in await ListMembership.filter(contact_list=made)] == [cast.lisa.id]  # type: ignore[attr-defined]
    both = await gary.post(
        OFFICE + "/lists", data={"name": "Both", "from": [str(cast.voters.id), str(other.id)], "how": "all"}
    )
    assert both.status_code == 303 and (await finish_work()).done == 1
    assert (await gary.post(OFFICE + "/lists", data={"name": "Both"})).status_code == 422
    assert (await gary.post(OFFICE + "/lists", data={"name": ""})).status_code == 422
    empty = await gary.post(OFFICE + "/lists", data={"name": "Empty"})
    assert "/lists/" in empty.headers["location"]
    await gary.post(f"{OFFICE}/lists/{made.id}", data={"name": "Erie"})
    assert (await gary.post(f"{OFFICE}/lists/{made.id}", data={"name": "Both"})).status_code == 422
    await gary.post(f"{OFFICE}/lists/{made.id}/archive")
    assert (
        "Erie" not in (await gary.get(OFFICE + "/lists")).text
        and "Erie" in (await gary.get(OFFICE + "/lists?show=archived")).text
    )
    await gary.post(f"{OFFICE}/lists/{made.id}/archive/end")
    assert "Erie" in (await gary.get(OFFICE + "/lists")).text


async def test_a_list_s_page_shows_its_people_and_takes_some_off(cast: Cast, browse: Browser) -> None:
    await cast.add_contact("+14125550102", first_name="Bo")
    gary = await browse(cast.gary)
    page = (await gary.get(f"{OFFICE}/lists/{cast.voters.id}?q=bo")).text
    assert ">Bo<" in page and ">Lisa Ng<" not in page and "Make a plan to vote" in page
    await start(gary, "unlist", to_list=str(cast.voters.id), list=str(cast.voters.id), q="bo")
    assert (await finish_work()).changed == 1
    assert await ListMembership.filter(contact_list=cast.voters).count() == 1


LEAVE = {"title": "Plan", "description": "", "instructions": "", "ends_on": ""}


async def test_who_to_leave_out_is_saved_counted_and_applied(cast: Cast, browse: Browser) -> None:
    gary, tag = await browse(cast.gary), await Tag.get(campaign=cast.meyer, slug="will_vote")
    field = await CustomField.get(campaign=cast.meyer, slug="notes")
    await labelling.set_tag(cast.lisa, tag, "admin", None)
    form = {
        **LEAVE,
        "lists": str(cast.voters.id),
        "out_tags": str(tag.id),
        "out_field_0": str(field.id),
        "out_value_0": "No",
    }
    counted = (await gary.post(OFFICE + "/actions/audience", data=form)).text
    assert re.findall(r"<b>(\d+)</b>", counted) == ["1", "1"]
    await gary.post(f"{OFFICE}/actions/{cast.action.id}", data=form)
    assert (await cast.conversation()).closed_code == 1300
    assert {(e.tag_id, e.value) for e in await ActionExclusion.all()} == {(tag.id, ""), (None, "No")}
    page = (await gary.get(f"{OFFICE}/actions/{cast.action.id}")).text
    assert f'name="out_tags" value="{tag.id}" checked' in page and 'value="No"' in page
    await gary.post(f"{OFFICE}/actions/{cast.action.id}", data={**LEAVE, "lists": str(cast.voters.id)})
    assert (await cast.conversation()).closed_code is None


async def test_lists_and_tags_of_another_campaign_leave_nobody_out(cast: Cast, browse: Browser) -> None:
    jonah, tag = await browse(cast.jonah), await Tag.get(campaign=cast.meyer, slug="will_vote")
    await jonah.post(
        "/c/ryan/admin/actions",
        data={**LEAVE, "lists": str(cast.voters.id), "out_lists": str(cast.voters.id), "out_tags": str(tag.id)},
    )
    made = await Action.get(campaign=cast.ryan)
    assert (
        await ActionExclusion.filter(action=made).count() == 0 and await Conversation.filter(action=made).count() == 0
    )
    assert re.findall(
        r"<b>(\d+)</b>", (await jonah.post("/c/ryan/admin/actions/audience", data={"lists": str(cast.voters.id)})).text
    ) == ["0", "0"]


async def test_tags_and_fields_are_changed_archived_and_used_again(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    tag, opt_out = (
        await Tag.get(campaign=cast.meyer, slug="will_vote"),
        await Tag.get(campaign=cast.meyer, slug="opt_out"),
    )
    tags = OFFICE + "/settings/tags"
    await gary.post(f"{tags}/{tag.id}", data={"name": "Votes", "display_order": "9"})
    tag = await Tag.get(id=tag.id)
    assert (tag.name, tag.slug, tag.display_order, tag.reportable) == ("Votes", "will_vote", 9, False)
    assert (await gary.post(f"{tags}/{opt_out.id}", data={"name": "x", "display_order": "1"})).status_code == 422
    assert (await gary.post(f"{tags}/{tag.id}", data={"name": "", "display_order": "1"})).status_code == 422
    for one in (tag, opt_out):
        await gary.post(f"{tags}/{one.id}/archive")
    assert (await Tag.get(id=tag.id)).archived_at and (await Tag.get(id=opt_out.id)).archived_at is None
    await gary.post(f"{tags}/{tag.id}/archive/end")
    assert (await Tag.get(id=tag.id)).archived_at is None
    field, fields = await CustomField.get(campaign=cast.meyer, slug="support_rating"), OFFICE + "/settings/fields"
    await gary.post(
        f"{fields}/{field.id}", data={"title": "Support", "options": "Yes\nNo", "display_order": "3", "slug": "other"}
    )
    field = await CustomField.get(id=field.id)
    assert (field.title, field.slug, field.choices) == ("Support", "support_rating", ["Yes", "No"])
    assert (
        await gary.post(f"{fields}/{field.id}", data={"title": "S", "options": "", "display_order": "3"})
    ).status_code == 422
    await gary.post(f"{fields}/{field.id}/archive")
    assert "Use it again" in (await gary.get(fields)).text
    await gary.post(f"{fields}/{field.id}/archive/end")
    assert (await CustomField.get(id=field.id)).archived_at is None and await noted("field.archived") == 1


async def test_user_lists_refuse_a_name_that_is_there(cast: Cast, browse: Browser) -> None:
    await teams.create_list("Texters", cast.gary)
    gary = await browse(cast.gary)
    assert (await gary.post(OFFICE + "/user-lists", data={"name": "Texters", "kind": "list"})).status_code == 422
    assert (await gary.post(OFFICE + "/user-lists", data={"name": "", "kind": "list"})).status_code == 422


async def test_a_volunteer_may_be_on_a_list_and_not_see_it(cast: Cast, browse: Browser) -> None:
    await transaction(lambda: Membership.filter(id=cast.amy.id).update(may_export=True))
    amy = await browse(cast.amy)
    for path in ("/contacts", "/lists", "/opt-outs", "/opt-outs.csv", "/user-lists", f"/contacts/{cast.lisa.id}"):
        assert (await amy.get(OFFICE + path)).status_code == 404


@pytest.mark.parametrize("case", EXPECTED, ids=lambda case: case["file"])
async def test_the_vectors_come_out_the_same_through_the_page(cast: Cast, browse: Browser, case: dict) -> None:  # type: ignore[type-arg]
    if case["file"].startswith("52_"):
        await opt_out_phone(cast.meyer, "+12125550123", FROM_ADMIN)
    gary = await browse(cast.gary)
    path = await upload(gary, case["file"], (CSV / case["file"]).read_bytes())
    job = await read_in()
    page = (await gary.get(path)).text
    if case["file_error"]:
        assert job.error_code == case["file_error"] and job.stored == 0
        assert "Nothing was stored" in page or "Nothing of this file was stored yet" in page
        return
    own_rule = case["file"].startswith("52_")  # stored, opted out, counted: the named alternative
    assert job.status == "done" and job.stored == len(case["accepted"]) + own_rule
    assert job.refused == len(case["rejected"]) - own_rule and job.merged == case["counts"]["merged_duplicates"]
    assert "contacts stored" in page or "contact stored" in page
