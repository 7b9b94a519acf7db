"""The card, Send and Undo (SPEC V4)."""

from __future__ import annotations

import re
import uuid

import pytest

from tests.cast import Cast, texts
from tests.cast.pages.asked import open_queue
from tests.cast.site import PARTIAL, Browser, form_of
from tests.cast.texting import texted
from webapp.database import transaction
from webapp.models.accounts.campaign import Campaign
from webapp.models.actions.script import Script
from webapp.models.assignments import going_back
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import CustomField
from webapp.models.conversations import deriving_zones
from webapp.models.conversations.message import REFUSED, Message
from webapp.models.reports import labelling
from webapp.models.scripts import first_card
from webapp.models.sending import to_own_phone
from webapp.models.sending.click import Queued


async def test_the_card_shows_the_person_the_place_and_the_rendered_text(cast: Cast, browse: Browser) -> None:
    text = await open_queue(await browse(cast.amy), cast)
    assert ">Lisa</h2>" in text and "Pittsburgh, PA" in text and "11:00 AM" in text
    assert "Hi Lisa, it&#39;s Amy with Meyer for Senate." in text
    assert cast.lisa.phone not in text and "0101" not in text, "no phone number on a card"


async def test_the_card_says_each_clock_that_differs(cast: Cast, browse: Browser) -> None:
    await transaction(lambda: Contact.filter(id=cast.lisa.id).update(zip="", state_abbrev="TN"))
    await deriving_zones.derive_some(60)
    text = await open_queue(await browse(cast.amy), cast)
    assert "10:00 AM or 11:00 AM</time>" in text


async def test_send_is_answered_with_the_next_card_itself(cast: Cast, browse: Browser) -> None:
    """No second request: on a phone a redirect costs as much again."""
    await cast.add_contact("+14125550103", first_name="Mike")
    await cast.make()
    amy = await browse(cast.amy)
    path = f"/c/meyer/queue/{(await cast.conversation()).id}/messages"
    answer = await amy.post(path, data=form_of(await open_queue(amy, cast), path), headers=PARTIAL)
    assert answer.status_code == 200 and answer.text.lstrip().startswith("<main")
    assert ">Mike</h2>" in answer.text and "1 of 2" in answer.text and "<title>1 / 2" in answer.text
    answer = await amy.post(
        path, data=form_of(answer.text, re.findall(r'action="(.*?/messages)"', answer.text)[0]), headers=PARTIAL
    )
    assert answer.status_code == 409, "the form of another card"
    assert len(await texts()) == 1


async def test_after_the_last_card_send_is_answered_with_the_end_of_the_bucket(cast: Cast, browse: Browser) -> None:
    amy = await browse(cast.amy)
    path = f"/c/meyer/queue/{(await cast.conversation()).id}/messages"
    answer = await amy.post(path, data=form_of(await open_queue(amy, cast), path), headers=PARTIAL)
    assert answer.status_code == 200 and "You texted 1 person" in answer.text and "<main" in answer.text


async def test_without_javascript_send_leads_to_the_next_card_by_a_redirect(cast: Cast, browse: Browser) -> None:
    amy = await browse(cast.amy)
    path = f"/c/meyer/queue/{(await cast.conversation()).id}/messages"
    answer = await amy.post(path, data=form_of(await open_queue(amy, cast), path))
    assert answer.status_code == 303
    page = await amy.get(answer.headers["location"])
    assert "You texted 1 person" in page.text and page.text.lstrip().startswith("<!doctype")
    assert len(await texts()) == 1


async def test_a_repeated_click_answers_what_the_first_answered(cast: Cast, browse: Browser) -> None:
    amy = await browse(cast.amy)
    path = f"/c/meyer/queue/{(await cast.conversation()).id}/messages"
    form = form_of(await open_queue(amy, cast), path)
    first, second = await amy.post(path, data=form), await amy.post(path, data=form)
    assert first.status_code == second.status_code == 303
    assert len(await texts()) == 1


async def test_a_press_that_was_for_somebody_else_says_so(cast: Cast, browse: Browser) -> None:
    """Its client id stands in another user's text, or in one's own to another person."""
    mike = await cast.add_contact("+14125550103", first_name="Mike")
    await cast.make()
    amy, talk, to_mike = await browse(cast.amy), await cast.conversation(), await cast.conversation(mike)
    path, other = f"/c/meyer/queue/{talk.id}/messages", f"/c/meyer/queue/{to_mike.id}/messages"
    form = form_of(await open_queue(amy, cast), path)
    await amy.post(path, data=form)
    answer = await amy.post(other, data=form, headers=PARTIAL)
    assert answer.status_code == 409 and "That press was for another person. Nothing was sent now." in answer.text
    assert ">Mike</h2>" in answer.text and form_of(answer.text, other)["client_message_id"] != form["client_message_id"]
    await transaction(lambda: Message.all().update(status="taken"))
    answer = await amy.post(
        f"/c/meyer/threads/{talk.id}/messages", data={"client_message_id": await of_gary(cast), "body": "Hello"}
    )
    assert (
        answer.status_code == 422 and "That press was for another thread." in answer.text and ">Hello<" in answer.text
    )
    assert len(await texts()) == 2


async def of_gary(cast: Cast) -> str:
    tested = await to_own_phone.send(cast.gary, "Hi", cast.lisa, uuid.uuid4())
    assert isinstance(tested, Queued)
    return str(tested.message.client_id)


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
    assert answer.status_code == 409 and "This person is now assigned to Dan." in answer.text
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
    assert "Undone. The text was not sent." in answer.text and ">Lisa</h2>" in answer.text
    assert "Undone. The text was not sent." in (await amy.post(undo[1])).text, "the same press again changes nothing"


async def test_undo_says_what_became_of_a_text_that_can_not_be_taken_back(cast: Cast, browse: Browser) -> None:
    amy = await browse(cast.amy)
    await texted(cast)
    [text] = await texts()
    undo = f"/c/meyer/messages/{text.id}/cancellation"
    late = await amy.post(undo)
    assert late.status_code == 409 and "Too late to undo: the text has already left." in late.text
    await transaction(lambda: Message.filter(id=text.id).update(status=REFUSED, error_code=1301))
    assert "the text was refused, so it was not sent" in (await amy.post(undo)).text


async def test_the_queue_of_a_paused_action_can_not_be_sent(cast: Cast, browse: Browser) -> None:
    amy = await browse(cast.amy)
    await open_queue(amy, cast)
    await transaction(lambda: cast.action.pause(cast.gary))
    page = (await amy.get(f"/c/meyer/actions/{cast.action.id}/queue")).text
    assert "This action is paused" in page and re.search(r'id="send"[^>]* disabled', page)


async def test_who_has_no_name_is_greeted_by_the_fallback(cast: Cast, browse: Browser) -> None:
    await transaction(lambda: Contact.filter(id=cast.lisa.id).update(first_name="", last_name=""))
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(fallback_recipient="neighbor"))
    amy = await browse(cast.amy)
    await open_queue(amy, cast)
    assert "Hi neighbor, it&#39;s Amy" in (await amy.get(f"/c/meyer/actions/{cast.action.id}/queue")).text


async def test_the_same_press_on_skip_twice_is_one_skip(cast: Cast, browse: Browser) -> None:
    amy, talk = await browse(cast.amy), await cast.conversation()
    path = f"/c/meyer/queue/{talk.id}/skips"
    form = form_of(await open_queue(amy, cast), path)
    for _ in range(2):
        answer = await amy.post(path, data=form)
        assert "Skipped. This person comes again" in (await amy.get(answer.headers["location"])).text
    assert (await cast.conversation()).skips == 1
    form = form_of((await amy.get(f"/c/meyer/actions/{cast.action.id}/queue")).text, path)
    for _ in range(2):
        answer = await amy.post(path, data=form)
        assert "This person went back for others to text." in (await amy.get(answer.headers["location"])).text


async def test_a_skip_that_came_too_late_says_so(cast: Cast, browse: Browser) -> None:
    amy = await browse(cast.amy)
    await texted(cast)
    answer = await amy.post(f"/c/meyer/queue/{(await cast.conversation()).id}/skips", data={"skips": "0"})
    assert "Not skipped: this person was texted already" in (await amy.get(answer.headers["location"])).text


async def test_a_fragment_brings_the_title_of_its_page(cast: Cast, browse: Browser) -> None:
    amy = await browse(cast.amy)
    await open_queue(amy, cast)
    queue = f"/c/meyer/actions/{cast.action.id}/queue"
    for headers in ({}, PARTIAL):
        assert re.findall(r"<title>(.*?)</title>", (await amy.get(queue, headers=headers)).text) == ["0 / 1 · Textbank"]


async def test_after_many_who_can_not_be_texted_the_page_says_that_it_looks_on(
    cast: Cast, browse: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It asks again by itself, or by a press."""
    monkeypatch.setattr(first_card, "AT_ONCE", 1)
    await cast.start(cast.amy)
    await transaction(lambda: Script.filter(id=cast.hello.id).update(body="See ##{{notes}}. Reply STOP to opt out."))
    notes = await CustomField.get(campaign=cast.meyer, slug="notes")
    await labelling.set_field(cast.lisa.id, notes, "bit.ly/x", None)
    amy, path = await browse(cast.amy), f"/c/meyer/actions/{cast.action.id}/queue"
    page = (await amy.get(path)).text
    assert "Looking for the next person" in page and "Look again" in page and f'hx-get="{path}"' in page
    assert "Text Again" not in page and "You finished your bucket" not in page
    assert "Looking for the next person" not in (await amy.get(path)).text
