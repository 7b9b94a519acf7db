"""All Contacts: filters in the address, pages, counts."""

from __future__ import annotations

import re
from functools import partial
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.cast import Cast
from tests.cast.database.plans import statements
from tests.cast.site import OFFICE, Browser
from webapp.database import transaction
from webapp.models import tallies
from webapp.models.accounts.users import Membership
from webapp.models.contacts import search
from webapp.models.conversations.conversation import Conversation


async def test_filters_stand_in_the_address_and_come_back_in_the_form(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    bo = await cast.add_contact("+14125550102", first_name="Bo", state_abbrev="OH")
    page = (
        await gary.get(OFFICE + "/contacts", params={"state": "OH", "q": "b", "col": ["email", "field:notes"]})
    ).text
    assert "Bo" in page and ">Lisa Ng<" not in page and "1 contact" in page
    assert '<option value="OH" selected>' in page and 'value="b"' in page and re.search(r">\s*Notes\s*</th>", page)
    assert f"contacts/{bo.id}" in page
    assert "No first or last name starts with this" in (await gary.get(OFFICE + "/contacts?q=zz")).text
    assert "No contact matches all of these filters" in (await gary.get(OFFICE + "/contacts?q=zz&state=OH")).text


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
    [address] = re.findall(r'href="([^"]*before=[^"]*)"', second)
    back = (await gary.get(address.replace("&amp;", "&"))).text
    assert ">P0<" in back and ">P59<" not in back and "Previous" in second and "Previous" not in back


async def test_select_all_selects_and_then_one_chooses_what_to_do(cast: Cast, browse: Browser) -> None:
    for n in range(60):
        await cast.add_contact(f"+1412555{n + 1200}", first_name=f"P{n}")
    gary = await browse(cast.gary)
    page = (await gary.get(OFFICE + "/contacts?q=p&after=5")).text
    [address] = re.findall(r'href="([^"]*all=1)"', page)
    chosen = (await gary.get(address.replace("&amp;", "&"))).text
    assert "All 60 selected" in chosen and 'name="scope" value="all"' in chosen
    assert chosen.count(" checked disabled") > 5 and 'name="scope" value="ticked"' not in chosen
    [none] = re.findall(r'href="([^"]*)">Select none', chosen)
    assert parse_qs(urlsplit(none.replace("&amp;", "&")).query) == {"q": ["p"], "after": ["5"]}


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


async def test_more_people_behind_a_number_than_are_counted_say_so_until_one_asks(
    cast: Cast, browse: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the page, in the selection, and exactly in the form of what is done to them."""
    for n in range(60):
        await cast.add_contact(f"+1412555{n + 1200}")
    await cast.make()
    for one in await Conversation.filter(action=cast.action):
        await transaction(partial(tallies.hit, cast.action.id, one.id, 1301))
    monkeypatch.setattr(search, "OF_A_NUMBER", 55)
    gary, people = await browse(cast.gary), f"{OFFICE}/contacts?action={cast.action.id}&box=safeguards"
    page = (await gary.get(people)).text
    assert "55+ contacts" in page and "Select all 55+" in page and "Safeguards, 61" in page
    assert "All 55+ selected" in (await gary.get(people + "&all=1")).text
    [exact] = re.findall(r'href="([^"]*exact=1)"', page)
    assert "61 contacts" in (await gary.get(exact.replace("&amp;", "&"))).text
    form = await gary.get(people.replace("contacts?", "contacts/bulk/new?") + "&kind=tag&scope=all")
    assert "61 contacts selected" in " ".join(form.text.split()) and "55" not in re.sub(r"<[^>]*>", "", form.text)


async def test_a_page_of_contacts_costs_the_same_queries_however_many(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    await gary.get(OFFICE + "/contacts")  # notes that he is here
    numbers = []
    for n in range(2):
        for k in range(20):
            await cast.add_contact(f"+1412555{n * 100 + k + 1200}", first_name="P")
        with statements() as asked:
            page = await gary.get(OFFICE + "/contacts?col=tags&col=assigned&col=field:notes")
        assert page.status_code == 200
        numbers.append(len(asked))
    assert 3 < numbers[0] == numbers[1] < 40


async def test_a_volunteer_may_be_on_a_list_and_not_see_it(cast: Cast, browse: Browser) -> None:
    await transaction(lambda: Membership.filter(id=cast.amy.id).update(may_export=True))
    amy = await browse(cast.amy)
    for path in ("/contacts", "/lists", "/opt-outs", "/opt-outs.csv", "/user-lists", f"/contacts/{cast.lisa.id}"):
        assert (await amy.get(OFFICE + path)).status_code == 404
