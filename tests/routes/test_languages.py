"""Two languages: whatever a volunteer reads can be read in Spanish, and everybody chooses their own (SPEC P3)."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from litestar import Litestar

from tests.cast import Cast
from tests.cast.pages.marked import Marked, unmarked
from tests.cast.site import Browser, ask, campaign_routes, fill, ids
from tests.cast.texting import WORDS, says, texted
from webapp import clock, words
from webapp.database import transaction
from webapp.http import written
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership, User
from webapp.models.actions.action import Action
from webapp.models.kept_counts import Tally

DATA = [  # of the cast's
    *("Meyer for Senate", "Make a plan to vote", "Thank you, Lisa!", "Thanks", "Lisa Ng", "Lisa", "Ng", WORDS),
    *("Amy Brookheimer", "Amy", "Brookheimer", "amy@example.org", "Gary", "Pittsburgh, PA", "Ryan for Congress"),
    *("Opt Out", "Wrong Number", "Will Vote", "Volunteer Prospect", "Spanish Speaker"),
    *("Notes", "Support Rating", "Remind a friend", "new phone who dis", "New York", "##{{first_name}}"),
    *("Tonight", "At six", "Gary Walsh"),
    *("Strong Supporter", "Supporter", "Neutral", "Against", "Strongly Against"),
]
PUBLIC = ["/login", "/login?expired=2&next=/c/meyer/", "/join", "/join?code=482913", "/join?code=111111"]
PUBLIC += ["/password-reset", "/password/none", "/nowhere", "/c/meyer/nowhere"]
FORM = {"email": "x", "password": "y", "code": "111111"}


@pytest.fixture
def marked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spanish is a language in which every translation is marked."""
    made = {"es": Marked()}
    monkeypatch.setattr(words, "catalogue", made.get)


async def in_spanish(member: Membership) -> None:
    await transaction(lambda: User.filter(id=member.user_id).update(language="es"))


def said_in_english(answer: httpx.Response) -> list[str]:
    if not answer.headers.get("content-type", "").startswith("text/html"):
        return []
    return unmarked(answer.text, DATA)


def public_routes(app: Litestar) -> list[tuple[str, str]]:
    """(method, path) of everything outside of a campaign that is read by people."""
    not_read = ("/c/", "/static", "/webhooks", "/live", "/metrics", "/health", "/ready", "/pictures", "/push-")
    paths = {route.path_format: getattr(route, "methods", ()) for route in app.routes}
    found = [(m, path) for path, methods in paths.items() for m in methods if m in ("GET", "POST")]
    return sorted((m, path) for m, path in found if not path.startswith(not_read))


async def test_every_public_page_and_form_can_be_read_in_spanish(
    cast: Cast, app: Litestar, browse: Browser, marked: None
) -> None:
    nobody, left = await browse(None, **{"accept-language": "es"}), {}
    asked = [*public_routes(app), *(("GET", path) for path in PUBLIC)]
    assert len(asked) > 30
    for method, path in asked:
        answer = await nobody.request(
            method, re.sub(r"\{\w+(:\w+)?\}", "none", path), data=FORM if method == "POST" else None
        )
        left[(method, path)] = said_in_english(answer)
    assert {where: found for where, found in left.items() if found} == {}


async def test_every_page_outside_of_a_campaign_can_be_read_in_spanish_by_who_is_logged_in(
    cast: Cast, app: Litestar, browse: Browser, marked: None
) -> None:
    await in_spanish(cast.amy)
    amy, left = await browse(cast.amy), {}
    for method, path in public_routes(app):
        if method == "GET" and not path.startswith("/l/"):  # contacts follow these, without a login
            left[path] = said_in_english(await amy.get(re.sub(r"\{\w+(:\w+)?\}", "none", path)))
    assert {where: found for where, found in left.items() if found} == {}


async def test_every_page_and_form_of_a_volunteer_can_be_read_in_spanish(
    cast: Cast, app: Litestar, browse: Browser, tmp_path: Path, marked: None
) -> None:
    names = await ids(cast, tmp_path)
    await says(cast, "new phone who dis")
    await in_spanish(cast.amy)
    amy, asked = await browse(cast.amy), 0
    left = {}
    for method, path in campaign_routes(app):
        if "/admin" not in path:
            answer = await ask(amy, method, fill(path, names, "meyer"))
            left[(method, path)], asked = said_in_english(answer), asked + 1
    assert asked > 20
    assert {where: found for where, found in left.items() if found} == {}


@pytest.mark.parametrize(
    "change",
    [
        {"credentials_ok": False},
        {"stopped_at": clock.now()},
        {"daily_cap": 1},
        {"disable_custom_responses": True},
        {"start_time": "18:00", "end_time": "19:00"},
    ],
    ids=lambda change: next(iter(change)),
)
async def test_why_nothing_can_be_sent_can_be_read_in_spanish(
    cast: Cast, browse: Browser, marked: None, change: dict
) -> None:
    await texted(cast)
    await says(cast, "new phone who dis")
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(**change))
    await in_spanish(cast.amy)
    amy, thread = await browse(cast.amy), f"/c/meyer/threads/{(await cast.conversation()).id}"
    home, action = "/c/meyer/", f"/c/meyer/actions/{cast.action.id}"
    pages = [home, action, f"{action}/queue", "/c/meyer/inbox?show=all", thread, f"{thread}?follow=1"]
    answers = [await amy.get(path) for path in pages] + [await amy.post(f"{action}/buckets")]
    answers.append(await amy.post(f"{thread}/messages", data={"body": "##{{first_name}}"}))
    assert {str(a.url): left for a in answers if (left := said_in_english(a))} == {}


@pytest.mark.parametrize("change", [{"approved_at": None}, {"suspended_at": clock.now()}], ids=["waits", "suspended"])
async def test_a_member_who_may_not_text_can_read_why_in_spanish(
    cast: Cast, browse: Browser, marked: None, change: dict
) -> None:
    await in_spanish(cast.amy)
    await transaction(lambda: Membership.filter(id=cast.amy.id).update(**change))
    answer = await (await browse(cast.amy)).get("/c/meyer/waiting")
    assert "⟦" in answer.text and said_in_english(answer) == []


async def test_a_stranger_reads_what_their_browser_asks_for(cast: Cast, browse: Browser) -> None:
    spanish, english = await browse(None, **{"accept-language": "es-MX,es;q=0.9,en;q=0.5"}), await browse()
    assert 'lang="es"' in (await spanish.get("/login")).text and "Iniciar sesión" in (await spanish.get("/login")).text
    assert "Log in" in (await english.get("/login")).text
    assert "Aquí no está" in (await spanish.get("/nowhere")).text


async def test_a_choice_before_the_login_is_kept_by_the_browser(cast: Cast, browse: Browser) -> None:
    nobody = await browse(None, referer="http://texts.example/join?code=482913")
    answer = await nobody.post("/language", data={"language": "es"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/join?code=482913")
    assert "Únete a Meyer for Senate" in (await nobody.get("/join?code=482913")).text
    await nobody.post("/language", data={"language": "en"})
    assert "Join Meyer for Senate" in (await nobody.get("/join?code=482913")).text


async def test_a_volunteer_reads_the_language_of_their_sign_up_until_they_choose(cast: Cast, browse: Browser) -> None:
    await transaction(lambda: Membership.filter(id=cast.amy.id).update(language="es"))
    amy = await browse(cast.amy, **{"accept-language": "en"})
    assert "Bandeja de entrada" in (await amy.get("/c/meyer/")).text
    await amy.post("/language", data={"language": "en"})
    assert "Bandeja de entrada" not in (await amy.get("/c/meyer/")).text
    other_browser = await browse(cast.amy, **{"accept-language": "es"})
    assert "Inbox" in (await other_browser.get("/c/meyer/")).text


async def test_the_choice_of_a_language_moves_no_limit_of_an_action(cast: Cast, browse: Browser) -> None:
    """A9: actions are limited by the language of the sign-up."""
    await transaction(lambda: Action.filter(id=cast.action.id).update(language="en"))
    amy = await browse(cast.amy)
    await amy.post("/language", data={"language": "es"})
    assert (await Membership.get(id=cast.amy.id)).language == "en"
    assert "Make a plan to vote" in (await amy.get("/c/meyer/")).text


@pytest.mark.parametrize("form", [{}, {"language": "fr"}, {"language": "es" * 99}])
async def test_a_language_we_do_not_have_changes_nothing(cast: Cast, browse: Browser, form: dict[str, str]) -> None:
    amy = await browse(cast.amy)
    answer = await amy.post("/language", data=form)
    assert answer.status_code == 303 and "textbank_language" not in answer.cookies
    assert (await User.get(id=cast.amy.user_id)).language == ""


async def test_the_switch_leads_to_no_other_site(cast: Cast, browse: Browser) -> None:
    nobody = await browse(None, referer="https://evil.example//evil.example/x")
    assert (await nobody.post("/language", data={"language": "es"})).headers["location"] == "/"


async def test_the_office_is_in_english_so_far(cast: Cast, browse: Browser) -> None:
    await in_spanish(cast.gary)
    gary = await browse(cast.gary)
    page = (await gary.get("/c/meyer/admin/users")).text
    assert 'lang="en"' in page and "Bandeja" not in page
    assert "Bandeja de entrada" in (await gary.get("/c/meyer/inbox")).text


async def test_dates_and_times_are_written_as_spanish_does(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    await says(cast, "new phone who dis")
    clock.freeze(clock.now() + timedelta(days=3))
    await in_spanish(cast.amy)
    page = (await (await browse(cast.amy)).get(f"/c/meyer/threads/{(await cast.conversation()).id}")).text
    assert "martes 24 de noviembre" in page and "11:00 a.m." in page


async def test_numbers_are_written_as_the_spanish_of_the_country_does(cast: Cast, browse: Browser) -> None:
    await transaction(lambda: Tally.filter(action_id=cast.action.id).update(remaining=1234))
    page = f"/c/meyer/actions/{cast.action.id}"
    assert "1,234 people" in (await (await browse(cast.amy)).get(page)).text
    await in_spanish(cast.amy)
    assert "1,234 personas" in (await (await browse(cast.amy)).get(page)).text
    with words.speaking("es"):
        assert (written.number(1_234_567.5), written.number(0.5)) == ("1,234,567.5", "0.5")
