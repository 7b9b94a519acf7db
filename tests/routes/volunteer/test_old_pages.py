"""Forms of a page that shows an older state than the one they would change (SPEC V7, V8)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import Cast
from tests.cast.site import Browser, form_of
from tests.cast.texting import says, second_action, second_text_leaves, texted
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts.users import Membership
from webapp.models.bulk import slices
from webapp.models.contacts import labels
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.reports import filing, labelling


async def test_not_an_opt_out_on_an_old_page_decides_nothing_about_words_it_did_not_show(
    cast: Cast, browse: Browser
) -> None:
    await texted(cast)
    await says(cast, "is this spam? take me off your list jk")
    amy, thread = await browse(cast.amy), f"/c/meyer/threads/{(await cast.conversation()).id}"
    decision = f"{thread}/opt-out-decision"
    old = (await amy.get(thread)).text
    await says(cast, "please take me off your list, do not text me again")
    for form in ({**form_of(old, decision), "not": "1"}, {"not": "1"}):
        answer = await amy.post(decision, data=form)
        page = (await amy.get(answer.headers["location"])).text
        assert "Nothing was decided: Lisa has written again" in page and "do not text me again" in page
        assert (await Contact.get(id=cast.lisa.id)).possible_opt_out_at, "still nobody may text her"
    answer = await amy.post(decision, data={**form_of(page, decision), "not": "1"})
    assert "Noted: not an opt-out." in (await amy.get(answer.headers["location"])).text


@pytest.mark.both
async def test_a_report_on_an_old_page_takes_off_no_tag_that_leaves_them_out_meanwhile(
    cast: Cast, browse: Browser
) -> None:
    await texted(cast)
    await says(cast, "Yes!")
    amy, thread = await browse(cast.amy), f"/c/meyer/threads/{(await cast.conversation()).id}"
    old = form_of((await amy.get(thread + "/report")).text, thread + "/reports")
    tag = await Tag.get(campaign=cast.meyer, slug="spanish_speaker")
    second = await transaction(lambda: second_action(cast))
    await transaction(lambda: second.leave_out([], [tag], []))
    job = await slices.start("tag", [cast.lisa.id], {"tag": tag.id}, tag.name, cast.gary)
    await slices.work(job.id, 10)
    assert (await amy.post(thread + "/reports", data={**old, "tags": "will_vote"})).status_code == 303
    assert await filing.ticked(cast.lisa.id) == {"will_vote", "spanish_speaker"}
    clock.freeze(clock.now() + timedelta(hours=6, minutes=1))
    assert not await second_text_leaves(cast, second)
    fresh = form_of((await amy.get(thread + "/report")).text, thread + "/reports")
    assert (await amy.post(thread + "/reports", data={**fresh, "tags": "will_vote"})).status_code == 303
    assert await filing.ticked(cast.lisa.id) == {"will_vote"}, "taken off on a page that showed it"


@pytest.mark.parametrize("looked_up", [False, True])
async def test_a_report_on_an_old_page_puts_back_no_answer(cast: Cast, browse: Browser, looked_up: bool) -> None:
    await texted(cast)
    await says(cast, "Yes!")
    amy, where = await browse(cast.amy), f"/c/meyer/threads/{(await cast.conversation()).id}"
    page = where + "/report"
    if looked_up:
        await transaction(lambda: Membership.filter(id=cast.amy.id).update(may_look_up=True))
        await amy.post("/c/meyer/look-ups", data={"who": "lisa"})
        page = where = f"/c/meyer/look-ups/{cast.lisa.id}"
    old = form_of((await amy.get(page)).text, where + "/reports")
    rating = await CustomField.get(campaign=cast.meyer, slug="support_rating")
    await labelling.set_field(cast.lisa.id, rating, "Against", cast.gary.user_id)
    for form in (old, {}):
        told = await amy.post(where + "/reports", data={**form, "field_notes": "Kind", "field_support_rating": ""})
        assert told.status_code == 303
        assert await labels.field_values(cast.lisa.id) == {"support_rating": "Against", "notes": "Kind"}
    fresh = form_of((await amy.get(page)).text, where + "/reports")
    await amy.post(where + "/reports", data={**fresh, "field_support_rating": ""})
    assert await labels.field_values(cast.lisa.id) == {}, "taken off on a page that showed it"


@pytest.mark.both
async def test_a_report_on_an_old_page_answers_no_text_that_came_meanwhile(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    await says(cast, "Yes!")
    amy, thread = await browse(cast.amy), f"/c/meyer/threads/{(await cast.conversation()).id}"
    await amy.get(thread)
    old = form_of((await amy.get(thread + "/report")).text, thread + "/reports")
    await says(cast, "But where is my polling place?")
    unread = form_of((await amy.get(thread + "/report")).text, thread + "/reports")
    for form in (old, unread, {}):
        assert (await amy.post(thread + "/reports", data={**form, "tags": "will_vote"})).status_code == 303
        assert (await cast.conversation()).needs_attention, "her question is still to be answered"
    await amy.get(thread)
    fresh = form_of((await amy.get(thread + "/report")).text, thread + "/reports")
    assert (await amy.post(thread + "/reports", data={**fresh, "tags": "will_vote"})).status_code == 303
    assert not (await cast.conversation()).needs_attention
    await amy.post(thread + "/reports", data={**old, "tags": "will_vote"})
    assert not (await cast.conversation()).needs_attention, "what a report has answered stays answered"
