"""The volunteer's pages: each works, and says clearly what did not."""

from __future__ import annotations

import re
import uuid

import httpx
import pytest

from tests.cast import Cast, texts
from tests.models.receiving.test_applying import says, texted
from tests.routes.conftest import Browser
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts.campaign import Campaign
from webapp.models.actions.action import ActionUser
from webapp.models.actions.script import Script
from webapp.models.contacts.contact import Contact
from webapp.models.conversations import assigning, going_back
from webapp.models.opt_outs.opt_out import OptOut
from webapp.models.reports.report import Report
from webapp.models.sending import answers
from webapp.models.sending.claim import Claimed, claim_next

PARTIAL = {"hx-request": "true", "hx-request-type": "partial"}


def form_of(text: str, action: str) -> dict[str, str]:
    """The hidden fields of the form that goes to ``action``."""
    found = re.search(rf'<form[^>]*action="{action}".*?</form>', text, re.S)
    assert found, f"no form to {action}"
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', found[0]))


async def open_queue(amy: httpx.AsyncClient, cast: Cast) -> str:
    await amy.post(f"/c/meyer/actions/{cast.action.id}/buckets")
    return (await amy.get(f"/c/meyer/actions/{cast.action.id}/queue")).text


async def test_home_shows_what_is_open_and_counts_it_as_sent(cast: Cast, browse: Browser) -> None:
    page = await (await browse(cast.amy)).get("/c/meyer/")
    assert "Make a plan to vote" in page.text and "1 person left" in page.text
    assert await ActionUser.filter(user=cast.amy.user).count() == 1


async def test_the_card_shows_the_person_the_place_and_the_rendered_text(cast: Cast, browse: Browser) -> None:
    text = await open_queue(await browse(cast.amy), cast)
    assert ">Lisa</h2>" in text and "Pittsburgh, PA" in text and "11:00 AM" in text
    assert "Hi Lisa, it&#39;s Amy with Meyer for Senate." in text
    assert cast.lisa.phone not in text and "0101" not in text, "no phone number on a card"


@pytest.mark.parametrize("headers", [{}, PARTIAL])
async def test_send_leads_to_the_next_card_with_and_without_htmx(
    cast: Cast, browse: Browser, headers: dict[str, str]
) -> None:
    amy = await browse(cast.amy)
    path = f"/c/meyer/queue/{(await cast.conversation()).id}/messages"
    answer = await amy.post(path, data=form_of(await open_queue(amy, cast), path), headers=headers)
    assert answer.status_code == 303
    page = await amy.get(answer.headers["location"], headers=headers)
    assert "That was 1" in page.text
    assert page.text.lstrip().startswith("<main" if headers else "<!doctype")
    assert len(await texts()) == 1


async def test_a_repeated_click_answers_what_the_first_answered(cast: Cast, browse: Browser) -> None:
    amy = await browse(cast.amy)
    path = f"/c/meyer/queue/{(await cast.conversation()).id}/messages"
    form = form_of(await open_queue(amy, cast), path)
    first, second = await amy.post(path, data=form), await amy.post(path, data=form)
    assert first.status_code == second.status_code == 303
    assert len(await texts()) == 1


async def test_a_changed_script_comes_back_as_a_new_card(cast: Cast, browse: Browser) -> None:
    amy = await browse(cast.amy)
    path = f"/c/meyer/queue/{(await cast.conversation()).id}/messages"
    form = form_of(await open_queue(amy, cast), path)
    await transaction(lambda: cast.hello.write("", "New words for ##{{first_name}}. Reply STOP to opt out.", None))
    answer = await amy.post(path, data=form, headers=PARTIAL)
    assert answer.status_code == 409
    assert "The text changed. Read it again, then send." in answer.text and "New words for Lisa" in answer.text
    assert await texts() == []


async def test_a_contact_that_moved_answers_409_and_shows_nothing_of_them(cast: Cast, browse: Browser) -> None:
    amy = await browse(cast.amy)
    path = f"/c/meyer/queue/{(await cast.conversation()).id}/messages"
    form = form_of(await open_queue(amy, cast), path)

    for _ in range(2):
        await going_back.skip(await cast.conversation())
    await cast.start(cast.dan)
    answer = await amy.post(path, data=form)
    assert answer.status_code == 409 and "This person moved to Dan." in answer.text
    assert "Lisa" not in answer.text
    assert (await amy.get(f"/c/meyer/threads/{(await cast.conversation()).id}")).status_code == 404


async def test_undo_shows_the_card_again(cast: Cast, browse: Browser) -> None:
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(undo_seconds=5))
    amy = await browse(cast.amy)
    path = f"/c/meyer/queue/{(await cast.conversation()).id}/messages"
    await amy.post(path, data=form_of(await open_queue(amy, cast), path))
    page = (await amy.get(f"/c/meyer/actions/{cast.action.id}/queue")).text
    undo = re.search(r'action="(/c/meyer/messages/\d+/cancellation)"', page)
    assert undo
    answer = await amy.post(undo[1])
    assert "Taken back. It did not leave." in answer.text and ">Lisa</h2>" in answer.text
    again = await amy.post(undo[1])
    assert again.status_code == 409 and "Too late to undo" in again.text


@pytest.mark.parametrize(
    ("change", "words"), [({"credentials_ok": False}, "still setting up"), ({"stopped_at": "now"}, "stopped all texts")]
)
async def test_start_is_refused_with_the_reason(cast: Cast, browse: Browser, change: dict, words: str) -> None:
    values = {k: clock.now() if v == "now" else v for k, v in change.items()}
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(**values))
    answer = await (await browse(cast.amy)).post(f"/c/meyer/actions/{cast.action.id}/buckets")
    assert answer.status_code == 409 and words in answer.text


async def test_when_all_are_asleep_start_says_how_many_open_when(cast: Cast, browse: Browser) -> None:
    clock.freeze(clock.now().replace(hour=10))  # 5 in the morning in Pittsburgh
    answer = await (await browse(cast.amy)).post(f"/c/meyer/actions/{cast.action.id}/buckets")
    assert answer.status_code == 409 and "All asleep." in answer.text and "9:00 AM" in answer.text


async def test_the_inbox_filters_what_needs_attention(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    amy = await browse(cast.amy)
    assert "Nobody waits" in (await amy.get("/c/meyer/inbox")).text
    await says(cast, "Where do I vote?")
    page = (await amy.get("/c/meyer/inbox?show=attention")).text
    assert "Where do I vote?" in page and "Needs Attention 1" in page
    assert "Nothing matches" in (await amy.get("/c/meyer/inbox?show=all&q=Zed")).text
    fragment = (await amy.get("/c/meyer/inbox?show=unread", headers=PARTIAL)).text
    assert fragment.lstrip().startswith('<div id="threads"')


async def test_a_thread_shows_the_whole_history_and_hides_the_number(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    await says(cast, "Yes!")
    page = (await (await browse(cast.amy)).get(f"/c/meyer/threads/{(await cast.conversation()).id}")).text
    assert "Will you vote?" in page and "Yes!" in page
    assert cast.lisa.phone not in page and "412-555-0101" not in page


async def test_follow_up_sends_a_filled_in_script(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    await says(cast, "Yes!")
    amy, thread = await browse(cast.amy), f"/c/meyer/threads/{(await cast.conversation()).id}"
    page = (await amy.get(thread + "?follow=1")).text
    assert "Thank you, Lisa!" in page
    answer = await amy.post(
        thread + "/messages", data={**form_of(page, thread + "/messages"), "script": str(cast.thanks.id)}
    )
    assert answer.status_code == 303
    assert [m.body for m in await texts()][-1] == "Thank you, Lisa!"


async def test_an_empty_reply_is_told_and_not_sent(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    await says(cast, "Yes!")
    amy, thread = await browse(cast.amy), f"/c/meyer/threads/{(await cast.conversation()).id}"
    form = form_of((await amy.get(thread)).text, thread + "/messages")
    answer = await amy.post(thread + "/messages", data={**form, "body": "   "})
    assert answer.status_code == 422 and "There is no text yet" in answer.text


async def test_where_typed_replies_are_off_the_server_refuses_them_too(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    await says(cast, "Yes!")
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(disable_custom_responses=True))
    amy, thread = await browse(cast.amy), f"/c/meyer/threads/{(await cast.conversation()).id}"
    page = (await amy.get(thread)).text
    assert "<textarea" not in page and "uses scripts only" in page
    import uuid

    answer = await amy.post(thread + "/messages", data={"client_message_id": str(uuid.uuid4()), "body": "my own words"})
    assert answer.status_code == 422 and len(await texts()) == 2


async def test_a_reply_out_of_hours_is_refused_and_its_words_are_kept(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    await says(cast, "Yes!")
    amy, thread = await browse(cast.amy), f"/c/meyer/threads/{(await cast.conversation()).id}"
    form = form_of((await amy.get(thread)).text, thread + "/messages")
    clock.freeze(clock.now().replace(hour=4))
    answer = await amy.post(thread + "/messages", data={**form, "body": "See you there"})
    assert answer.status_code == 422
    assert "You can write from 9:00 AM there" in answer.text
    assert len(await texts()) == 2


async def test_a_possible_opt_out_takes_the_composer_s_place_until_decided(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    await says(cast, "take me off your list please")
    amy, thread = await browse(cast.amy), f"/c/meyer/threads/{(await cast.conversation()).id}"
    page = (await amy.get(thread)).text
    assert "Does Lisa want no more texts?" in page and "<textarea" not in page
    await amy.post(thread + "/opt-out-decision", data={"not": "1"})
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


async def test_a_thread_handed_over_is_the_staff_s(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    await says(cast, "I want to talk to a manager")
    amy, gary = await browse(cast.amy), await browse(cast.gary)
    thread = f"/c/meyer/threads/{(await cast.conversation()).id}"
    await amy.post(thread + "/handover")
    assert (await amy.get(thread)).status_code == 404
    assert "talk to a manager" in (await gary.get("/c/meyer/admin/attention")).text
    assert (await gary.get(thread)).status_code == 200


async def test_the_segment_counter_counts_on_the_server(cast: Cast, browse: Browser) -> None:
    page = await (await browse(cast.amy)).post("/c/meyer/segments", data={"body": "á" * 71})
    assert "71 characters" in page.text and "2 segments" in page.text


async def test_lists_cost_a_fixed_number_of_queries(
    cast: Cast, browse: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    import logging

    amy = await browse(cast.amy)
    await texted(cast)
    await says(cast, "Yes")

    async def queries() -> int:
        caplog.clear()
        with caplog.at_level(logging.DEBUG, "tortoise.db_client"):
            assert (await amy.get("/c/meyer/inbox?show=all")).status_code == 200
        return len(caplog.records)

    few = await queries()
    for n in range(15):
        contact = await cast.add_contact(f"+1412555{4000 + n}", first_name="Y", zip="15213")
        await cast.make()
        await cast.start(cast.amy)
        await cast.click(cast.amy, contact)

        claim = await claim_next(cast.number.id)
        assert isinstance(claim, Claimed)
        await answers.taken(claim.message_id, f"SM{n + 5000:032x}", claim.attempt_id)
        cast.lisa = contact
        await says(cast, "Hello")
    assert few > 3 and await queries() <= few


async def test_who_held_a_thread_once_learns_only_that_it_moved(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    conversation = await cast.conversation()
    await assigning.hand_to_staff(conversation.id, cast.gary.user)
    await says(cast, "My new address is 5 Elm St")
    amy = await browse(cast.amy)
    for body in ("", "Hello"):
        answer = await amy.post(
            f"/c/meyer/threads/{conversation.id}/messages", data={"client_message_id": str(uuid.uuid4()), "body": body}
        )
        assert answer.status_code == 409 and "5 Elm St" not in answer.text


async def test_a_typed_reply_can_be_taken_back_from_its_thread(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(undo_seconds=5))
    await says(cast, "Where do I vote?")
    amy, thread = await browse(cast.amy), f"/c/meyer/threads/{(await cast.conversation()).id}"
    await amy.post(f"{thread}/messages", data={"client_message_id": str(uuid.uuid4()), "body": "At the library."})
    path = re.search(r'action="(/c/meyer/messages/\d+/cancellation)"', (await amy.get(thread)).text)
    assert path
    assert (await amy.post(path[1])).headers["location"] == f"{thread}#newest"
    page = (await amy.get(thread)).text
    assert "At the library." not in page
    assert (await cast.conversation()).needs_attention


async def test_a_variable_in_a_typed_reply_is_refused_and_the_words_kept(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    await says(cast, "Where do I vote?")
    amy, thread = await browse(cast.amy), f"/c/meyer/threads/{(await cast.conversation()).id}"
    form = {"client_message_id": str(uuid.uuid4()), "body": "Hi ##{{first_name}}"}
    answer = await amy.post(f"{thread}/messages", data=form)
    assert answer.status_code == 422 and "Variables work in scripts only" in answer.text and "Hi ##{{" in answer.text
    assert (await amy.get(f"{thread}/messages")).headers["location"] == f"{thread}#newest"


async def test_an_empty_reply_says_so(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    await says(cast, "Where do I vote?")
    amy, thread = await browse(cast.amy), f"/c/meyer/threads/{(await cast.conversation()).id}"
    answer = await amy.post(f"{thread}/messages", data={"client_message_id": str(uuid.uuid4()), "body": " "})
    assert answer.status_code == 422 and "There is no text yet" in answer.text


async def test_while_all_is_stopped_every_page_says_so(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    await says(cast, "Where do I vote?")
    await cast.add_contact("+14125550177", first_name="Ike")
    await cast.make()
    await cast.start(cast.amy)
    await transaction(lambda: cast.meyer.stop_everything())
    amy, gary = await browse(cast.amy), await browse(cast.gary)
    for path in ("", "/inbox", f"/threads/{(await cast.conversation()).id}", f"/actions/{cast.action.id}/queue"):
        assert "The office stopped" in (await amy.get(f"/c/meyer{path}/" if not path else f"/c/meyer{path}")).text
    assert "All texts are stopped" in (await gary.get("/c/meyer/admin/actions")).text


async def test_the_queue_of_a_paused_action_can_not_be_sent(cast: Cast, browse: Browser) -> None:
    amy = await browse(cast.amy)
    await open_queue(amy, cast)
    await transaction(lambda: cast.action.pause(cast.gary))
    page = (await amy.get(f"/c/meyer/actions/{cast.action.id}/queue")).text
    assert "The office paused this action" in page and re.search(r'id="send"[^>]* disabled', page)


async def test_scripts_are_offered_the_most_used_first_with_keys_and_groups(cast: Cast, browse: Browser) -> None:
    for name in ("Attending: Yes", "Attending: No"):
        await transaction(
            lambda name=name: Script.create(action=cast.action, kind="response", name=name, body=f"{name}, thanks")
        )  # type: ignore[misc]
    await texted(cast)
    await says(cast, "no")
    no = await Script.get(name="Attending: No")
    await cast.reply(cast.amy, script=no)
    page = (await (await browse(cast.amy)).get(f"/c/meyer/threads/{(await cast.conversation()).id}?follow=1")).text
    names = ["Attending: No", "Thanks", "Attending: Yes"]
    places = [page.index(f"</kbd> <strong>{name}</strong>") for name in names]
    assert places == sorted(places) and 'data-key="1"' in page
    assert "q=Attending%3A" in page
    assert (
        ">Thanks</strong>"
        not in (
            await (await browse(cast.amy)).get(
                f"/c/meyer/threads/{(await cast.conversation()).id}?follow=1&q=attending:"
            )
        ).text
    )
