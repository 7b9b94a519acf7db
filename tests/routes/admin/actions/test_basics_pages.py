"""An action's title, lists and leave-outs."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlencode

from tests.cast import Cast
from tests.cast.site import OFFICE, Browser
from webapp import clock
from webapp.database import transaction
from webapp.models.actions.action import Action, ActionExclusion, ActionList
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.contacts.lists import ContactList
from webapp.models.conversations.conversation import Conversation
from webapp.models.reports import labelling

FORM = {"content-type": "application/x-www-form-urlencoded", "origin": "http://texts.example"}
LEAVE = {"title": "Plan", "description": "", "instructions": "", "ends_on": ""}


async def test_a_title_is_wanted_and_what_was_typed_is_kept(cast: Cast, browse: Browser) -> None:
    answer = await (await browse(cast.gary)).post(
        OFFICE + "/actions", data={"title": "", "description": "Kept words", "lists": str(cast.voters.id)}
    )
    assert answer.status_code == 422 and "Title is missing" in answer.text and "Kept words" in answer.text
    assert re.search(r'value="\d+"\s+checked', answer.text)


async def test_an_end_date_is_not_in_the_past_but_may_stay_after_it_has_passed(cast: Cast, browse: Browser) -> None:
    gary, today = await browse(cast.gary), cast.meyer.local(clock.now()).date()
    page, form = f"{OFFICE}/actions/{cast.action.id}", {**LEAVE, "lists": str(cast.voters.id)}
    refused = await gary.post(page, data=form | {"ends_on": str(today - timedelta(days=1))})
    assert refused.status_code == 422 and "The end date is in the past" in refused.text
    assert (await gary.post(page, data=form | {"ends_on": str(today)})).status_code == 303
    await transaction(lambda: Action.filter(id=cast.action.id).update(ends_on=today - timedelta(days=9)))
    kept = await gary.post(page, data=form | {"title": "New", "ends_on": str(today - timedelta(days=9))})
    assert kept.status_code == 303 and (await Action.get(id=cast.action.id)).title == "New"


async def test_a_published_action_can_not_be_left_without_a_list(cast: Cast, browse: Browser) -> None:
    """Faults that stop publishing stop saving; a draft may be saved so (A9)."""
    gary, page = await browse(cast.gary), f"{OFFICE}/actions/{cast.action.id}"
    for lists in ({}, {"lists": "999999"}):
        refused = await gary.post(page, data={**LEAVE, "title": "My new title", **lists})
        assert refused.status_code == 422 and "it needs at least one contact list" in refused.text
        assert "My new title" in refused.text
    assert await ActionList.filter(action=cast.action).count() == 1
    assert (await Action.get(id=cast.action.id)).title != "My new title"
    await transaction(lambda: Action.filter(id=cast.action.id).update(state="draft"))
    assert (await gary.post(page, data=LEAVE)).status_code == 303


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
    assert re.search(rf'name="out_tags"\s+value="{tag.id}"\s+checked', page) and 'value="No"' in page
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


async def test_an_action_or_a_list_is_made_of_nothing_of_another_campaign(cast: Cast, browse: Browser) -> None:
    tag = await Tag.get(campaign=cast.meyer, name="Wrong Number")
    field = await CustomField.get(campaign=cast.meyer, slug="notes")
    jonah, office = await browse(cast.jonah), "/c/ryan/admin"
    form = {"title": "t", "lists": str(cast.voters.id), "out_tags": str(tag.id)}
    await jonah.post(office + "/actions", data={**form, "out_field_0": str(field.id), "out_value_0": "x"})
    made = await Action.filter(campaign=cast.ryan).first()
    assert made and not await ActionList.filter(action=made).count()
    assert not await ActionExclusion.filter(action=made).count()
    await jonah.post(office + "/lists", data={"name": "L", "from": str(cast.voters.id), "how": "any"})
    assert all(row.size == 0 for row in await ContactList.filter(campaign=cast.ryan))


def as_the_page_sends(page: str) -> list[tuple[str, str]]:
    """The values a browser would post of the action's form: ticked boxes, selected options, inputs and areas."""
    posts = r"<form[^>]*method=\"post\"[^>]*action=\"[^\"]*actions/\d+\".*?</form>"
    form = re.search(posts, page, re.S | re.I) or re.search(r"<form[^>]*actions/\d+.*?</form>", page, re.S)
    page = form[0] if form else page
    sent = []
    for found in re.finditer(r"<input([^>]*)>", page):
        given = dict(re.findall(r'([\w-]+)="([^"]*)"', found[1]))
        if "name" in given and (given.get("type") != "checkbox" or " checked" in found[1]):
            sent.append((given["name"], given.get("value", "")))
    for found in re.finditer(r"<select[^>]*name=\"([^\"]+)\".*?</select>", page, re.S):
        options = re.findall(r'<option value="([^"]*)"( selected)?', found[0])
        sent.append((found[1], next((v for v, chosen in options if chosen), options[0][0] if options else "")))
    for found in re.finditer(r"<textarea[^>]*name=\"([^\"]+)\"[^>]*>(.*?)</textarea>", page, re.S):
        sent.append((found[1], found[2]))
    return sent


async def test_an_archived_tag_or_field_still_leaves_out_after_a_save(cast: Cast, browse: Browser) -> None:
    tag = await Tag.get(campaign=cast.meyer, name="Wrong Number")
    notes = await CustomField.get(campaign=cast.meyer, slug="notes")
    await cast.action.leave_out([], [tag], [(notes, "gone")])
    gary = await browse(cast.gary)
    for path in (f"/settings/tags/{tag.id}/archive", f"/settings/fields/{notes.id}/archive"):
        assert (await gary.post(OFFICE + path)).status_code < 400
    path = f"{OFFICE}/actions/{cast.action.id}"
    form = urlencode(as_the_page_sends((await gary.get(path)).text))
    answer = await gary.post(path, content=form, headers=FORM)
    assert answer.status_code < 400, answer.text[:300]
    left = {(x.tag_id, x.field_id, x.value) for x in await ActionExclusion.filter(action=cast.action)}
    assert left == {(tag.id, None, ""), (None, notes.id, "gone")}
