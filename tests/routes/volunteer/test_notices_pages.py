"""Messages from the campaign, and what a member chose to be told (SPEC V2, P2)."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.cast.notices import told
from tests.cast.site import Browser
from webapp.models.notices import choices, received
from webapp.workers.notices import telling

CHOICES = "/c/meyer/notice-choices"


async def test_home_says_how_many_messages_are_new_until_they_are_opened(cast: Cast, browse: Browser) -> None:
    await telling.run_notice({}, (await told(cast.gary, [cast.amy], body="<b>Six</b> https://a.example/x")).id)
    amy = await browse(cast.amy)
    assert "new message" in (await amy.get("/c/meyer/")).text
    page = (await amy.get("/c/meyer/notices")).text
    assert "Tonight" in page and "Gary Walsh" in page and "&lt;b&gt;Six" in page
    assert '<a href="https://a.example/x" rel="noreferrer">' in page
    assert "new message" not in (await amy.get("/c/meyer/")).text and await received.unread(cast.amy) == 0


async def test_nobody_reads_the_messages_of_somebody_else(cast: Cast, browse: Browser) -> None:
    await telling.run_notice({}, (await told(cast.gary, [cast.amy])).id)
    assert "Tonight" not in (await (await browse(cast.dan)).get("/c/meyer/notices")).text
    assert await received.unread(cast.amy) == 1


async def test_choices_are_kept_and_shown(cast: Cast, browse: Browser) -> None:
    amy = await browse(cast.amy)
    assert CHOICES in (await amy.get("/c/meyer/account")).text
    assert (await amy.get(CHOICES)).text.count("checked") == 6
    answer = await amy.post(CHOICES, data={"push_replies": "1", "quiet_from": "20:00", "quiet_until": "07:30"})
    assert "Saved." in answer.text and answer.text.count("checked") == 1
    chosen = await choices.of(cast.amy)
    assert chosen.push_replies and not chosen.email_messages
    assert (chosen.quiet_from, chosen.quiet_until) == ("20:00", "07:30")


@pytest.mark.parametrize("form", [{}, {"quiet_from": "25:00", "quiet_until": "x"}])
async def test_hours_that_are_none_are_told_and_nothing_is_saved(
    cast: Cast, browse: Browser, form: dict[str, str]
) -> None:
    answer = await (await browse(cast.amy)).post(CHOICES, data=form)
    assert answer.status_code == 422 and answer.text.count("a time such as 09:00") >= 2
    assert (await choices.of(cast.amy)).wants("email", "replies")
