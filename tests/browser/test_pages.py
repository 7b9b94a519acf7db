"""Every page passes axe and fits its screen: on a phone and wide, light and dark."""

from __future__ import annotations

import re

import httpx
import pytest

from tests.cast.pages.browsing import NARROW, PHONE, WIDE, OpenPage, Size, log_in, look_at
from tests.cast.waiting import until
from tests.faults.bank import Bank
from tests.faults.bank.volunteer import Volunteer

pytestmark = [pytest.mark.xdist_group("browser-pages"), pytest.mark.timeout(300)]

PUBLIC = ["/login", "/join", "/password-reset", "/nowhere"]
VOLUNTEER = [
    "/c/meyer",
    "/c/meyer/actions/1",
    "/c/meyer/actions/1/queue",
    "/c/meyer/inbox?show=all",
    "/c/meyer/threads/1",
    "/c/meyer/threads/1?follow=1",
    "/c/meyer/threads/2",
    "/c/meyer/threads/1/report",
    "/c/meyer/account",
    "/c/meyer/account/email",
    "/c/meyer/teams",
    "/campaigns",
    "/c/meyer/notices",
    "/c/meyer/notice-choices",
    "/c/meyer/help",
    "/c/meyer/help/thread",
    "/c/meyer/practice",
]
OFFICE = [
    "search?q=lisa",
    "help",
    "help/upload",
    "library",
    "library/persuade",
    "first-night",
    "actions",
    "actions/new",
    "actions/1",
    "actions/1/scripts",
    "actions/1/report-settings",
    "actions/1/publication",
    "actions/1/sendings",
    "actions/1/results",
    "actions/1/results?returned=2",
    "actions/1/results/users?step=started&filtered=1",
    "actions/1/results/tags",
    "actions/1/results/fields",
    "actions/1/results/initial-scripts",
    "actions/1/results/response-scripts",
    "actions/1/results/errors",
    "actions/1/results/performs",
    "actions/1/archive",
    "actions/1/returns",
    "actions/1/scripts/1/archive",
    "users/2/suspension",
    "lists",
    "lists/upload",
    "lists/1",
    "contacts",
    "contacts/1",
    "opt-outs",
    "districts",
    "users",
    "users?role=volunteer&all=1&col=teams&col=phone",
    "users/2",
    "users/2/removal",
    "invites",
    "settings",
    "settings/info",
    "settings/tags",
    "settings/fields",
    "settings/links",
    "actions/1/cost",
    "numbers",
    "numbers/1/release",
    "setup",
    "undecided",
    "operations",
    "unmatched",
    "attention",
    "contacts?state=PA&q=zz",
    "contacts?col=email&col=field:notes&sort=recent",
    "lists/new",
    "user-lists",
    "notices",
    "notices/new?kind=email",
    "contacts/bulk/new?kind=assign&scope=all",
    "contacts/bulk/new?kind=field&scope=all",
    "contacts/bulk/new?kind=opt_out&scope=all",
    "van/key",
    "van/mapping",
    "van/lists",
    "van",
    "settings/api",
    "settings/webhooks",
    "nightly-imports",
    "nightly-imports?from=folder",
    "opt-outs/sharing",
    "opt-ins",
    "carriers",
    "exports",
    "audit",
]


@pytest.fixture(scope="module")
async def lived_in(bank: Bank) -> Bank:
    """A volunteer has texted ten people; two have answered, one of them with doubt."""
    person = Volunteer(bank, bank.seeded["emails"][0])
    await person.log_in()
    await person.press("POST", "/c/meyer/actions/1/buckets")
    page = await person.press("GET", "/c/meyer/actions/1/queue")
    for _ in range(4):
        form = re.search(
            r'action="(/c/meyer/queue/\d+/messages)".*?name="client_message_id" value="([^"]+)".*?name="hash" value="([^"]*)"',
            page.text,
            re.S,
        )
        assert form
        page = await person.press("POST", form[1], {"client_message_id": form[2], "hash": form[3]})
    sent = await until(lambda: at_least(bank, 4), 30)
    async with httpx.AsyncClient(base_url=bank.twilio_url, timeout=20) as twilio:
        for text, words in zip(sent, ("Where do I vote?", "please take me off your list"), strict=False):
            await twilio.post("/simulator/replies", json={"from": text["to"], "to": text["from"], "body": words})
    await person.close()
    return bank


async def at_least(bank: Bank, number: int) -> list[dict] | None:
    found = await bank.sent()
    return found if len(found) >= number else None


@pytest.mark.parametrize(
    ("size", "mode"),
    [(PHONE, "light"), (PHONE, "dark"), (NARROW, "light"), (WIDE, "light")],
    ids=["phone", "phone-dark", "narrow", "wide"],
)
async def test_the_volunteer_s_pages(lived_in: Bank, open_page: OpenPage, size: Size, mode: str) -> None:
    page = await open_page(viewport=size, color_scheme=mode)
    wrong = [line for path in PUBLIC[:3] for line in await look_at(page, path)]
    await log_in(page, lived_in.seeded["emails"][0])
    wrong += [line for path in VOLUNTEER for line in await look_at(page, path)]
    assert wrong == []


@pytest.mark.parametrize(
    ("size", "mode"), [(WIDE, "light"), (WIDE, "dark"), (PHONE, "light")], ids=["wide", "wide-dark", "phone"]
)
async def test_the_office_s_pages(lived_in: Bank, open_page: OpenPage, size: Size, mode: str) -> None:
    page = await open_page(viewport=size, color_scheme=mode)
    await log_in(page, "selina@example.org")
    pages = (
        OFFICE if (size, mode) == (WIDE, "light") else OFFICE[::4] if mode == "dark" else OFFICE[::2]
    )  # the same parts
    assert [line for path in pages for line in await look_at(page, f"/c/meyer/admin/{path}")] == []


async def test_the_rehearsal_s_pages(lived_in: Bank, open_page: OpenPage) -> None:
    page = await open_page(viewport=PHONE)
    [first, *_] = await lived_in.sent()
    paths = ("/phones", f"/phones/{first['to']}", "/mailbox")
    assert [line for path in paths for line in await look_at(page, lived_in.twilio_url + path)] == []
