"""Opt-outs, blocks and reports, from a thread (SPEC V7, V8, V10, A8)."""

from __future__ import annotations

import re
import uuid

import pytest
from litestar import Litestar

from tests.cast import Cast
from tests.cast.site import Browser, campaign_routes, fill, form_of
from tests.cast.texting import claimed, clicked, says, texted
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts.campaign import Campaign
from webapp.models.actions.script import RESPONSE, Script
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import ContactTag, Tag
from webapp.models.conversations.message import CANCELLED, CONFIRMATION, Message
from webapp.models.opt_outs.opt_out import OptOut
from webapp.models.outcomes import answers
from webapp.models.reports.report import Report


async def test_a_possible_opt_out_takes_the_composer_s_place_until_decided(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    await says(cast, "take me off your list please")
    amy, thread = await browse(cast.amy), f"/c/meyer/threads/{(await cast.conversation()).id}"
    page = (await amy.get(thread)).text
    assert "Does Lisa want no more texts?" in page and "<textarea" not in page
    await amy.post(thread + "/opt-out-decision", data={**form_of(page, f"{thread}/opt-out-decision"), "not": "1"})
    assert "<textarea" in (await amy.get(thread)).text
    await says(cast, "no really, stop texting me")
    await amy.post(thread + "/opt-out-decision")
    assert await OptOut.exists(phone=cast.lisa.phone)
    assert "has opted out" in (await amy.get(thread)).text


async def test_a_report_is_filed_and_seen(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    await says(cast, "Yes!")
    amy, thread = await browse(cast.amy), f"/c/meyer/threads/{(await cast.conversation()).id}"
    assert "Will Vote" in (await amy.get(thread + "/report")).text
    form = {"tags": "will_vote", "field_support_rating": "Supporter", "field_notes": "Kind <b>person</b>"}
    assert (await amy.post(thread + "/reports", data=form)).status_code == 303
    [report] = await Report.all()
    assert (report.tags, report.values_) == (
        ["Will Vote"],
        {"Support Rating": "Supporter", "Notes": "Kind <b>person</b>"},
    )
    page = (await amy.get(thread + "/report")).text
    assert "Kind &lt;b&gt;person&lt;/b&gt;" in page


async def test_an_answer_that_was_not_offered_is_refused(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    amy, thread = await browse(cast.amy), f"/c/meyer/threads/{(await cast.conversation()).id}"
    answer = await amy.post(thread + "/reports", data={"field_support_rating": "Maybe"})
    assert answer.status_code == 422 and await Report.all().count() == 0


@pytest.mark.parametrize(("path", "field"), [("opt-out", "opted_out_at"), ("block", "blocked_at")])
async def test_opting_out_and_blocking_by_hand(cast: Cast, browse: Browser, path: str, field: str) -> None:
    await texted(cast)
    amy, thread = await browse(cast.amy), f"/c/meyer/threads/{(await cast.conversation()).id}"
    assert (await amy.post(f"{thread}/{path}")).status_code == 303
    assert getattr(await Contact.get(id=cast.lisa.id), field)


async def test_volunteers_are_asked_what_the_action_chose_and_else_what_is_reportable(
    cast: Cast, browse: Browser
) -> None:
    await texted(cast)
    await says(cast, "Yes!")
    amy, gary = await browse(cast.amy), await browse(cast.gary)
    report = f"/c/meyer/threads/{(await cast.conversation()).id}/report"
    settings = f"/c/meyer/admin/actions/{cast.action.id}/report-settings"
    page = (await amy.get(report)).text
    assert "Will Vote" in page and "Spanish Speaker" in page and "Support Rating" in page
    will_vote = await Tag.get(campaign=cast.meyer, slug="will_vote")
    assert (await gary.post(settings, data={"tags": str(will_vote.id)})).status_code == 303
    page = (await amy.get(report)).text
    assert "Will Vote" in page and "Spanish Speaker" not in page and "Support Rating" not in page
    await gary.post(settings, data={})
    assert "Spanish Speaker" in (await amy.get(report)).text


@pytest.mark.parametrize(
    ("deed", "form", "sentence"),
    [
        ("tags", {"tag": "will_vote"}, "Tag added."),
        ("tags", {"tag": "nothing"}, "This tag is no longer offered. Nothing was added."),
        ("block", {}, "Blocked."),
        ("opt-out", {}, "Lisa is opted out."),
        ("handover", {}, "Handed to an admin."),
        ("reports", {}, "Report filed."),
    ],
)
async def test_what_was_done_is_confirmed_in_a_word(
    cast: Cast, browse: Browser, deed: str, form: dict[str, str], sentence: str
) -> None:
    await texted(cast)
    await says(cast, "Hm")
    amy, thread = await browse(cast.amy), f"/c/meyer/threads/{(await cast.conversation()).id}"
    answer = await amy.post(f"{thread}/{deed}", data=form)
    assert sentence in (await amy.get(answer.headers["location"])).text
    assert sentence not in (await (await browse(cast.gary)).get(f"/c/meyer/threads/1?said={deed}")).text


async def test_opt_out_is_not_confirmed_where_someone_else_decided_otherwise(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    await says(cast, "take me off your list")
    amy, thread = await browse(cast.amy), f"/c/meyer/threads/{(await cast.conversation()).id}"
    page = (await amy.get(thread)).text
    await amy.post(f"{thread}/opt-out-decision", data={**form_of(page, f"{thread}/opt-out-decision"), "not": "1"})
    answer = await amy.post(f"{thread}/opt-out-decision", data={})
    page = (await amy.get(answer.headers["location"])).text
    assert "Not opted out: someone else decided" in page and "Lisa is opted out" not in page


async def test_opt_out_stands_beside_the_reply_and_asks_once(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    await says(cast, "Hm")
    amy, thread = await browse(cast.amy), f"/c/meyer/threads/{(await cast.conversation()).id}"
    for page in (thread, thread + "?follow=1"):
        composer = (await amy.get(page)).text.split('id="composer"')[1].split("</main>")[0]
        asked = re.search(r"<details class=\"ask\">.*?</details>", composer, re.S)
        assert asked and "Opt Out" in asked[0] and "Opt Lisa out?" in asked[0] and f"{thread}/opt-out" in asked[0]
        assert composer.count(f'action="{thread}/opt-out"') == 1
    clock.freeze(clock.now().replace(hour=4))
    assert f'action="{thread}/opt-out"' in (await amy.get(thread)).text, "at night too"


@pytest.mark.parametrize("what", ["opt-out", "block", "tags"])
async def test_nothing_is_decided_where_no_text_of_ours_was_taken(cast: Cast, browse: Browser, what: str) -> None:
    await clicked(cast)
    amy, thread = await browse(cast.amy), f"/c/meyer/threads/{(await cast.conversation()).id}"
    answer = await amy.post(f"{thread}/{what}", data={"tag": "will_vote"})
    assert answer.status_code == 303 and "said=not_texted" in answer.headers["location"]
    assert "Nothing was done." in (await amy.get(answer.headers["location"].split("#")[0])).text
    lisa = await Contact.get(id=cast.lisa.id)
    assert not lisa.opted_out_at and not lisa.blocked_at and not await ContactTag.exists(contact_id=lisa.id)
    assert not await OptOut.all().count()
    answer = await amy.post(f"{thread}/reports", data={"tags": "will_vote"})
    assert answer.status_code == 422 and "no tag can be added" in answer.text and not await Report.all().count()


async def test_no_form_of_a_thread_opts_out_blocks_or_tags_where_no_text_of_ours_was_taken(
    cast: Cast, app: Litestar, browse: Browser
) -> None:
    """Every form of a volunteer's thread, filled in with all that the forms of today know, for a text that may be lost."""
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(outbound_lock=False))
    claim = await claimed(cast)
    await answers.unknown(claim.message_id, claim.attempt_id)
    tags = await Tag.filter(campaign=cast.meyer)
    bye = await transaction(lambda: Script.create(action=cast.action, kind=RESPONSE, name="Bye", body="Bye"))
    await bye.apply_on_send(tags, [])
    amy, names = await browse(cast.amy), {"conversation_id": str((await cast.conversation()).id), "message_id": "1"}
    paths = [path for method, path in campaign_routes(app) if method == "POST" and "{conversation_id" in path]
    forms = sorted((path for path in paths if "/admin/" not in path), key=lambda path: "handover" in path)
    assert len(forms) > 7
    for form in forms:
        for tag in tags:
            told = {"tag": tag.slug, "tags": tag.slug, "script": str(bye.id), "client_message_id": str(uuid.uuid4())}
            await amy.post(fill(form, names, "meyer"), data=told)
    lisa = await Contact.get(id=cast.lisa.id)
    assert not lisa.opted_out_at and not lisa.blocked_at and not await OptOut.all().count()
    assert not await ContactTag.exists(contact_id=lisa.id) and not await Message.filter(body="Bye").exists()


async def test_a_script_that_tags_says_why_it_was_not_sent(cast: Cast, browse: Browser) -> None:
    claim = await claimed(cast)
    await answers.unknown(claim.message_id, claim.attempt_id)
    tag = await Tag.get(campaign=cast.meyer, slug="will_vote")
    await cast.thanks.apply_on_send([tag], [])
    amy, thread = await browse(cast.amy), f"/c/meyer/threads/{(await cast.conversation()).id}"
    form = {"client_message_id": str(uuid.uuid4()), "script": str(cast.thanks.id)}
    answer = await amy.post(f"{thread}/messages", data=form)
    assert answer.status_code == 422 and "so no script may tag or opt out. Nothing was sent." in answer.text


async def test_a_volunteer_past_the_budget_is_paused_and_the_office_is_told(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(opt_out_budget=0))
    amy, gary = await browse(cast.amy), await browse(cast.gary)
    await amy.post(f"/c/meyer/threads/{(await cast.conversation()).id}/opt-out")
    assert not await OptOut.all().count()
    assert (await amy.get("/c/meyer/")).headers["location"].endswith("/waiting")
    told = (await gary.get("/c/meyer/admin/operations")).text
    assert "Amy Brookheimer is paused: too many opt-outs and blocks in an hour." in told
    assert f'href="/c/meyer/admin/users/{cast.amy.id}"' in told
    thread = await gary.get(f"/c/meyer/threads/{(await cast.conversation()).id}")
    assert "Does Lisa want no more texts?" in thread.text


async def test_a_script_that_opts_out_past_the_budget_is_not_said_to_be_sent(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    await says(cast, "no")
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(opt_out_budget=0))
    tag = await Tag.get(campaign=cast.meyer, system=True)
    bye = await transaction(lambda: Script.create(action=cast.action, kind=RESPONSE, name="Bye", body="Bye"))
    await bye.apply_on_send([tag], [])
    amy, thread = await browse(cast.amy), f"/c/meyer/threads/{(await cast.conversation()).id}"
    form = {"client_message_id": str(uuid.uuid4()), "script": str(bye.id)}
    answer = await amy.post(f"{thread}/messages", data=form)
    assert answer.headers["location"] == "/c/meyer/waiting"
    told = (await amy.get("/c/meyer/waiting")).text
    assert "Account paused" in told and "nothing was sent to them" in told
    again = await amy.post(f"{thread}/messages", data=form)
    assert again.headers["location"].endswith("/c/meyer/waiting"), "the same press again"
    assert await Message.filter(kind=CONFIRMATION, status=CANCELLED).count() == 1


async def test_a_volunteer_is_shown_that_staff_decide_what_the_budget_held_back(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    await transaction(lambda: Contact.filter(id=cast.lisa.id).update(possible_opt_out_at=clock.now()))
    amy, thread = await browse(cast.amy), f"/c/meyer/threads/{(await cast.conversation()).id}"
    page = (await amy.get(thread)).text
    assert "An admin must decide here." in page and "opt-out-decision" not in page and "<textarea" not in page
    for form in ({"not": "1"}, {}):
        answer = await amy.post(f"{thread}/opt-out-decision", data=form)
        assert (
            "Only an admin may decide this. Nothing was changed."
            in (await amy.get(answer.headers["location"].split("#")[0])).text
        )
    assert (await Contact.get(id=cast.lisa.id)).possible_opt_out_at
    await amy.post(f"{thread}/handover")
    gary = await browse(cast.gary)
    page = (await gary.get(thread)).text
    assert "Does Lisa want no more texts?" in page
    await gary.post(f"{thread}/opt-out-decision", data={**form_of(page, f"{thread}/opt-out-decision"), "not": "1"})
    assert not (await Contact.get(id=cast.lisa.id)).possible_opt_out_at


async def test_a_contact_s_phone_is_masked_in_what_scripts_are_filled_with(cast: Cast, browse: Browser) -> None:
    body = "Hi ##{{first_name}}, is ##{{phone}} still yours? Reply STOP to opt out."
    await transaction(lambda: Script.filter(id=cast.hello.id).update(body=body))
    await transaction(lambda: Script.filter(id=cast.thanks.id).update(body="Is it ##{{phone}}?"))
    await cast.start(cast.amy)
    amy = await browse(cast.amy)
    card = (await amy.get(f"/c/meyer/actions/{cast.action.id}/queue")).text
    assert "is •••-•••-••01 still yours?" in card and "412-555-0101" not in card
    await texted(cast)
    [text] = await Message.filter(direction="out")
    assert "is 412-555-0101 still yours?" in text.body, "what leaves is whole"
    await says(cast, "Yes")
    thread = (await amy.get(f"/c/meyer/threads/{(await cast.conversation()).id}?follow=1")).text
    assert "Is it •••-•••-••01?" in thread and "Is it 412-555-0101?" not in thread
