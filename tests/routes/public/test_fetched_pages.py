"""A custom link is led on, counted where it is a person's, and never held up."""

from __future__ import annotations

import re

import pytest
from limits import parse

from tests.cast import HELLO, Cast
from tests.cast.site import IPHONE, Browser, figures_of
from webapp import clock, limiting
from webapp.database import transaction
from webapp.models import kept_counts
from webapp.models.links import links
from webapp.models.links.links import CustomLink, LinkClick, TrackedLink

PERSON = {"user-agent": IPHONE}
PAGE = "/c/meyer/admin/settings/links"


async def sent_link(cast: Cast) -> TrackedLink:
    """Lisa has a text with a link."""
    await transaction(
        lambda: CustomLink.create(
            campaign=cast.meyer, slug="plan", title="Plan", url="https://vote.example/plan?a=1", created_at=clock.now()
        )
    )
    await cast.hello.write("", HELLO + " ##{{'plan'|trackable}}", None)
    await cast.start(cast.amy)
    await cast.click(cast.amy)
    return await TrackedLink.all().get()


async def test_a_person_is_led_on_and_counted(cast: Cast, browse: Browser) -> None:
    tracked, anybody = await sent_link(cast), await browse()
    answer = await anybody.get(f"/l/{tracked.token}", headers=PERSON)
    assert (answer.status_code, answer.headers["location"]) == (302, "https://vote.example/plan?a=1")
    assert answer.headers["cache-control"] == "no-store" and answer.headers["referrer-policy"] == "no-referrer"
    assert (await kept_counts.totals(cast.action.id))["link_clicks"] == 1
    gary = await browse(cast.gary)
    assert "Opened the link Plan." in (await gary.get(f"/c/meyer/admin/contacts/{cast.lisa.id}")).text
    results = (await gary.get(f"/c/meyer/admin/actions/{cast.action.id}/results")).text
    assert figures_of(results)["Link Clicks"] == "1"
    assert re.findall(r'<td class="number"[^>]*>(\d+)</td>', (await gary.get(PAGE)).text) == ["1", "1", "0"]


async def test_previews_are_led_on_and_not_counted(cast: Cast, browse: Browser) -> None:
    tracked, anybody = await sent_link(cast), await browse()
    assert (await anybody.head(f"/l/{tracked.token}", headers=PERSON)).status_code == 302
    for headers in ({"user-agent": "WhatsApp/2.2"}, {**PERSON, "purpose": "prefetch"}, {"user-agent": ""}):
        assert (await anybody.get(f"/l/{tracked.token}", headers=headers)).status_code == 302
    assert (await kept_counts.totals(cast.action.id))["link_clicks"] == 0
    assert await LinkClick.filter(by=links.PREVIEW).count() == 4


async def test_machines_do_not_use_up_what_is_counted_of_people(
    cast: Cast, browse: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limiting, "CLICKS", parse("3/hour"))
    tracked, anybody = await sent_link(cast), await browse()
    for _ in range(5):
        await anybody.head(f"/l/{tracked.token}", headers=PERSON)
    await anybody.get(f"/l/{tracked.token}", headers=PERSON)
    assert (await kept_counts.totals(cast.action.id))["link_clicks"] == 1


@pytest.mark.both
@pytest.mark.parametrize("token", ["nothere1", "a" * 300, "%00", "..%2F..", "https:%2F%2Fevil.example"])
async def test_an_unknown_token_leads_nowhere(cast: Cast, browse: Browser, token: str) -> None:
    await sent_link(cast)
    answer = await (await browse()).get(f"/l/{token}?url=https://evil.example&next=//evil.example")
    assert answer.status_code == 404 and "evil" not in answer.headers.get("location", "")


async def test_a_corrected_address_holds_for_texts_that_are_out_and_an_archived_link_leads_on(
    cast: Cast, browse: Browser
) -> None:
    tracked, gary, anybody = await sent_link(cast), await browse(cast.gary), await browse()
    await gary.post(f"{PAGE}/{tracked.link_id}", data={"title": "Plan", "url": "https://right.example/"})
    await gary.post(f"{PAGE}/{tracked.link_id}/archive")
    assert (await anybody.get(f"/l/{tracked.token}", headers=PERSON)).headers["location"] == "https://right.example/"


async def test_a_link_leads_on_where_nothing_can_be_stored(
    cast: Cast, browse: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    tracked, anybody = await sent_link(cast), await browse()

    async def refuses(*_: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(links, "clicked", refuses)
    assert (await anybody.get(f"/l/{tracked.token}", headers=PERSON)).status_code == 302


async def test_one_who_hammers_a_link_is_led_on_but_not_counted_for_ever(
    cast: Cast, browse: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limiting, "CLICKS", parse("3/hour"))
    tracked, anybody = await sent_link(cast), await browse()
    for _ in range(6):
        assert (await anybody.get(f"/l/{tracked.token}", headers=PERSON)).status_code == 302
    assert await LinkClick.all().count() == 3
