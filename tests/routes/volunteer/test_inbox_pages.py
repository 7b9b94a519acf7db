"""The inbox, replies offered to others, and the office's wall of what waits (SPEC V5, G3, G4)."""

from __future__ import annotations

import re
from datetime import timedelta

from tests.cast import Cast
from tests.cast.site import PARTIAL, Browser
from tests.cast.texting import says, texted
from webapp import clock


async def test_the_inbox_filters_what_needs_attention(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    amy = await browse(cast.amy)
    assert "Nobody is waiting" in (await amy.get("/c/meyer/inbox")).text
    await says(cast, "Where do I vote?")
    page = (await amy.get("/c/meyer/inbox?show=attention")).text
    assert "Where do I vote?" in page and "Needs Attention 1" in page
    assert "Nothing matches" in (await amy.get("/c/meyer/inbox?show=all&q=Zed")).text
    fragment = (await amy.get("/c/meyer/inbox?show=unread", headers=PARTIAL)).text
    assert re.match(r'\s*<div\s+id="threads"', fragment)


async def test_a_reply_that_others_left_waiting_is_taken_and_the_earlier_holder_s_page_says_so(
    cast: Cast, browse: Browser
) -> None:
    await texted(cast)
    await says(cast, "Where do I vote?")
    clock.freeze(clock.now() + timedelta(minutes=61))
    amy, dan = await browse(cast.amy), await browse(cast.dan)
    assert "Take one" not in (await amy.get("/c/meyer/")).text
    assert "1 reply has waited for more than 60 minutes." in (await dan.get("/c/meyer/")).text
    thread = f"/c/meyer/threads/{(await cast.conversation()).id}"
    answer = await dan.post("/c/meyer/waiting-replies")
    assert answer.status_code == 303 and answer.headers["location"] == thread
    assert "Where do I vote?" in (await dan.get(thread)).text
    moved = await amy.get(thread, headers={"hx-request": "true", "hx-request-type": "partial"})
    assert moved.status_code == 409 and "Dan" in moved.text and "Where do I vote?" not in moved.text
    again = await dan.post("/c/meyer/waiting-replies")
    assert "said=none_waits" in again.headers["location"]
    assert "someone was quicker" in (await dan.get(again.headers["location"])).text


async def test_the_office_sees_everyone_who_waits_and_takes_over(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    await says(cast, "Where do I vote?")
    gary, jonah = await browse(cast.gary), await browse(cast.jonah)
    wall = (await gary.get("/c/meyer/admin/attention")).text
    assert "Where do I vote?" in wall and "Amy Brookheimer" in wall and "Make a plan to vote" in wall
    conversation = await cast.conversation()
    assert (await jonah.post(f"/c/ryan/admin/threads/{conversation.id}/holders")).status_code == 404
    answer = await gary.post(f"/c/meyer/admin/threads/{conversation.id}/holders")
    assert answer.status_code == 303 and (await cast.conversation()).user_id == cast.gary.user_id
    assert "Answer" in (await gary.get("/c/meyer/admin/attention")).text
    await cast.reply(cast.gary, "On Main Street")
    assert "Every reply in every action is answered." in (await gary.get("/c/meyer/admin/attention")).text
    assert (await gary.get("/c/meyer/admin/attention?show=staff&after=x&after_id=9")).status_code == 200
    assert (await (await browse(cast.dan)).post(f"/c/meyer/admin/threads/{conversation.id}/holders")).status_code == 404
