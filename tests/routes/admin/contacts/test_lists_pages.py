"""Lists: made of lists, renamed, archived, and their people (SPEC C8)."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest

from tests.cast import Cast
from tests.cast.bulk import finish_work
from tests.cast.lists import many_lists
from tests.cast.site import OFFICE, Browser, begin_work
from webapp.database import transaction
from webapp.models.bulk.job import BulkJob
from webapp.models.contacts import many_at_once
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.lists import ContactList, ListMembership


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
    await begin_work(gary, "unlist", to_list=str(cast.voters.id), list=str(cast.voters.id), q="bo")
    assert (await finish_work()).changed == 1
    assert await ListMembership.filter(contact_list=cast.voters).count() == 1


async def test_select_all_on_a_list_s_page_means_this_list(cast: Cast, browse: Browser) -> None:
    for n in range(60):
        await cast.add_contact(f"+1412555{n + 1200}", first_name=f"P{n}")
    page = (await (await browse(cast.gary)).get(f"{OFFICE}/lists/{cast.voters.id}?q=P")).text
    assert re.search(rf'name="list"[^>]*value="{cast.voters.id}"', page), re.findall(r"<input[^>]*hidden[^>]*>", page)


@pytest.mark.both
async def test_a_list_may_be_made_without_very_many_others(cast: Cast, browse: Browser) -> None:
    others = await many_lists(cast, 90)
    form = [("name", "T"), ("from", cast.voters.id), ("how", "any"), *(("without", row.id) for row in others)]
    headers = {"content-type": "application/x-www-form-urlencoded"}
    await (await browse(cast.gary)).post(OFFICE + "/lists", content=urlencode(form), headers=headers)
    assert await BulkJob.exists()
    await finish_work()
    made = await ContactList.get(name="T")
    bo = await Contact.get(first_name="Bo")
    assert bo.id not in await ListMembership.filter(contact_list=made).values_list("contact_id", flat=True)
