"""A thread: what was said, typed replies, hand-over (SPEC V6, V9)."""

from __future__ import annotations

import re
import uuid

from tests.cast import Cast, texts
from tests.cast.site import PARTIAL, Browser, form_of
from tests.cast.texting import says, texted
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts.campaign import Campaign
from webapp.models.assignments import assigning


async def test_a_thread_shows_the_whole_history_and_hides_the_number(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    await says(cast, "Yes!")
    page = (await (await browse(cast.amy)).get(f"/c/meyer/threads/{(await cast.conversation()).id}")).text
    assert "Will you vote?" in page and "Yes!" in page
    assert cast.lisa.phone not in page and "412-555-0101" not in page


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
    assert "You can reply from 9:00 AM their time" in answer.text
    assert len(await texts()) == 2


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
    back = (await amy.post(path[1])).headers["location"]
    page = (await amy.get(back)).text
    assert "Undone. The text was not sent." in page and re.search(r"<textarea[^>]*>At the library.</textarea>", page)
    assert "At the library." not in (await amy.get(thread)).text
    assert (await cast.conversation()).needs_attention


async def test_a_variable_in_a_typed_reply_is_refused_and_the_words_kept(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    await says(cast, "Where do I vote?")
    amy, thread = await browse(cast.amy), f"/c/meyer/threads/{(await cast.conversation()).id}"
    form = {"client_message_id": str(uuid.uuid4()), "body": "Hi ##{{first_name}}"}
    answer = await amy.post(f"{thread}/messages", data=form)
    assert answer.status_code == 422 and "Variables only work in scripts" in answer.text and "Hi ##{{" in answer.text
    assert (await amy.get(f"{thread}/messages")).headers["location"] == f"{thread}#newest"


async def test_a_reply_with_a_shortener_is_refused_with_its_reason_and_the_words_kept(
    cast: Cast, browse: Browser
) -> None:
    await texted(cast)
    await says(cast, "Where do I vote?")
    amy, thread = await browse(cast.amy), f"/c/meyer/threads/{(await cast.conversation()).id}"
    form = {"client_message_id": str(uuid.uuid4()), "body": "At school, see bit.ly/3vote"}
    answer = await amy.post(f"{thread}/messages", data=form)
    assert answer.status_code == 422 and "has a link shortener" in answer.text
    assert "Your words are kept." in answer.text and "At school, see bit.ly/3vote" in answer.text


async def test_an_empty_reply_says_so(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    await says(cast, "Where do I vote?")
    amy, thread = await browse(cast.amy), f"/c/meyer/threads/{(await cast.conversation()).id}"
    answer = await amy.post(f"{thread}/messages", data={"client_message_id": str(uuid.uuid4()), "body": " "})
    assert answer.status_code == 422 and "There is no text yet" in answer.text


async def test_what_they_took_back_meanwhile_is_not_answered(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    await says(cast, "Yes, I will come")
    amy, thread = await browse(cast.amy), f"/c/meyer/threads/{(await cast.conversation()).id}"
    form = form_of((await amy.get(thread)).text, thread + "/messages")
    await says(cast, "Sorry, I can't after all")
    answer = await amy.post(f"{thread}/messages", data={**form, "body": "Great, see you!"})
    assert answer.status_code == 422 and "Lisa has written again. Nothing was sent." in answer.text
    assert re.search(r"<textarea[^>]*>Great, see you!</textarea>", answer.text) and "after all" in answer.text
    form = form_of(answer.text, thread + "/messages")
    assert (await amy.post(f"{thread}/messages", data={**form, "body": "A pity."})).status_code == 303


async def test_a_reply_that_came_too_late_for_its_thread_shows_its_words(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    await says(cast, "Where?")
    amy, talk = await browse(cast.amy), await cast.conversation()
    thread = f"/c/meyer/threads/{talk.id}"
    sent = {**form_of((await amy.get(thread)).text, thread + "/messages"), "body": "At the library."}
    late = {**sent, "client_message_id": str(uuid.uuid4()), "body": "It opens at 9."}
    assert (await amy.post(f"{thread}/messages", data=sent)).status_code == 303
    await assigning.hand_to_staff(talk.id, cast.gary.user)
    answer = await amy.post(f"{thread}/messages", data=late, headers=PARTIAL)
    assert answer.status_code == 409 and "Nothing was sent." in answer.text and "It opens at 9." in answer.text
    again = await amy.post(f"{thread}/messages", data=sent)
    assert again.status_code == 409 and "Nothing was sent" not in again.text, "it was"
    assert "The reply you sent before is stored and goes out as usual." in again.text


async def test_an_open_thread_that_asks_for_news_learns_that_it_has_moved(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    talk = await cast.conversation()
    await assigning.hand_to_staff(talk.id, cast.gary.user)
    await says(cast, "My new address is 5 Elm St")
    amy, thread = await browse(cast.amy), f"/c/meyer/threads/{talk.id}"
    answer = await amy.get(thread, headers=PARTIAL)
    assert answer.status_code == 409 and "assigned to an admin" in answer.text
    assert "5 Elm St" not in answer.text and "Nothing was sent" not in answer.text
    assert (await amy.get(thread)).status_code == 404
    assert (await (await browse(cast.dan)).get(thread, headers=PARTIAL)).status_code == 404
