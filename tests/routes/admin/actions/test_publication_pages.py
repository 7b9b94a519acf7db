"""The last step of an action: who may text, and from when (SPEC A9)."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from tests.cast import Cast
from tests.cast.site import OFFICE, Browser, audited, here
from webapp import clock
from webapp.database import transaction
from webapp.models.actions.action import DRAFT, PUBLIC, Action
from webapp.models.actions.script import Script
from webapp.models.scripts import scheduling

DECEMBER = {"state": "later", "publish_on": "2026-12-01", "publish_time": "09:00"}


async def draft(cast: Cast, **values: Any) -> None:
    await transaction(lambda: Action.filter(id=cast.action.id).update(state=DRAFT, published_at=None, **values))


async def test_an_action_is_scheduled_on_the_campaign_s_clock_and_the_page_says_the_zone(
    cast: Cast, browse: Browser
) -> None:
    await draft(cast)
    gary = await browse(cast.gary)
    page = (await gary.get(f"{here(cast)}/publication")).text
    assert "On the campaign's clock, America/New_York. There it is Tue, Nov 24, 2026, 11:00 AM EST now." in _plain(page)
    answer = await gary.post(f"{here(cast)}/publication", data=DECEMBER)
    assert answer.status_code == 303 and answer.headers["location"].endswith("/publication")
    action = await Action.get(id=cast.action.id)
    assert action.publish_at and action.publish_at.isoformat() == "2026-12-01T14:00:00+00:00"
    page = (await gary.get(f"{here(cast)}/publication")).text
    assert "Becomes public on Tue, Dec 1, 2026, 9:00 AM EST." in _plain(page)
    assert 'value="2026-12-01"' in page and 'value="09:00"' in page, "it can be changed"
    assert "Public on Tue, Dec 1" in _plain((await gary.get(f"{OFFICE}/actions?show=drafts")).text)
    assert await audited("action.scheduled") == 1
    assert "Make a plan to vote" not in (await (await browse(cast.amy)).get("/c/meyer/")).text


async def test_the_time_is_changed_and_called_off_by_the_same_page(cast: Cast, browse: Browser) -> None:
    await draft(cast)
    gary = await browse(cast.gary)
    await gary.post(f"{here(cast)}/publication", data=DECEMBER)
    await gary.post(f"{here(cast)}/publication", data=DECEMBER | {"publish_time": "17:30"})
    assert "5:30 PM EST" in _plain((await gary.get(f"{here(cast)}/publication")).text)
    await gary.post(f"{here(cast)}/publication/cancellation")
    assert (await Action.get(id=cast.action.id)).publish_at is None
    assert "Becomes public" not in (await gary.get(f"{here(cast)}/publication")).text


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"publish_on": "2026-11-24", "publish_time": "10:00"}, "This time has passed."),
        ({"publish_on": ""}, "Choose a day."),
        ({"publish_on": "soon"}, "a date such as"),
        ({"publish_on": "9999-12-31"}, "Choose a day within two years."),
        ({"publish_on": "0001-01-01"}, "Choose a day within two years."),
        ({"publish_on": "2027-03-14", "publish_time": "02:30"}, "so it never comes"),
        ({"publish_time": "9"}, "a time such as"),
        ({"publish_on": "2026-12-31"}, "First texts of this action end before that."),
    ],
)
async def test_a_time_that_can_not_be_is_refused_and_what_was_typed_is_kept(
    cast: Cast, browse: Browser, form: dict, words: str
) -> None:
    await draft(cast, ends_on=clock.now().date() + timedelta(days=20))
    typed = DECEMBER | form
    if "never comes" in words:
        await draft(cast, ends_on=None)
    answer = await (await browse(cast.gary)).post(f"{here(cast)}/publication", data=typed)
    assert answer.status_code == 422 and words in answer.text
    assert f'value="{typed["publish_on"]}"' in answer.text or not typed["publish_on"]
    assert re.search(r'value="later" checked', answer.text)
    assert (await Action.get(id=cast.action.id)).publish_at is None


async def test_what_stops_publishing_stops_choosing_a_time(cast: Cast, browse: Browser) -> None:
    await draft(cast)
    await transaction(lambda: Script.filter(id=cast.hello.id).update(archived_at=clock.now()))
    answer = await (await browse(cast.gary)).post(f"{here(cast)}/publication", data=DECEMBER)
    assert (
        answer.status_code == 422 and "Not scheduled." in answer.text and "There is no initial script." in answer.text
    )


async def test_a_public_action_says_that_it_is_published_and_offers_no_other_time(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    page = (await gary.get(f"{here(cast)}/publication")).text
    assert "Published since Tue, Nov 24, 2026, 11:00 AM EST." in _plain(page)
    assert 'name="state"' not in page and "Publish" not in re.findall(r"<button[^>]*>\s*(.*?)\s*</button>", page, re.S)
    answer = await gary.post(f"{here(cast)}/publication", data=DECEMBER)
    assert answer.status_code == 422 and "public already" in answer.text


async def test_the_office_is_told_on_every_page_what_could_not_be_published(cast: Cast, browse: Browser) -> None:
    await draft(cast)
    gary = await browse(cast.gary)
    await gary.post(f"{here(cast)}/publication", data=DECEMBER)
    await transaction(lambda: Script.filter(id=cast.hello.id).update(archived_at=clock.now()))
    clock.freeze(clock.now() + timedelta(days=8))
    assert await scheduling.publish_due(cast.action.id)
    gary = await browse(cast.gary)  # the session of eight days ago is over
    told = _plain((await gary.get(f"{OFFICE}/operations")).text)
    assert "“Make a plan to vote” was not published at its time. There is no initial script." in told
    page = _plain((await gary.get(f"{here(cast)}/publication")).text)
    assert "It was to become public on Tue, Dec 1, 2026, 9:00 AM EST, and was not published." in page
    await gary.post(f"{here(cast)}/publication/cancellation")
    assert "not published at its time" not in (await gary.get(f"{OFFICE}/operations")).text


async def test_publishing_takes_no_form_without_a_choice(cast: Cast, browse: Browser) -> None:
    await draft(cast)
    gary = await browse(cast.gary)
    for form in ({}, {"state": "draft"}, {"state": PUBLIC + "x"}):
        assert (await gary.post(f"{here(cast)}/publication", data=form)).status_code == 422
    assert (await Action.get(id=cast.action.id)).state == DRAFT
    assert (await gary.get(f"{here(cast)}/publication/cancellation")).status_code == 405


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)).replace("&#39;", "'").replace(" .", ".")
