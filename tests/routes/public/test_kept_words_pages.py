"""What was sent after the login had ended comes back after the log-in, without JavaScript (access/kept_words.py)."""

from __future__ import annotations

import html
import re
import secrets
from datetime import timedelta

import httpx
import pyotp
import pytest

from tests.cast import PASSWORD, Cast
from tests.cast.site import OFFICE, PARTIAL, Browser
from webapp import clock
from webapp.models.accounts import passwords
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.sessions import Session
from webapp.models.accounts.users import Membership
from webapp.models.logins import second_steps
from webapp.models.logins.app_codes import AuthenticatorApp

WORDS = "Lisa, tu casilla está en la “escuela” <Lincoln>.\nA las 7."
INFO = {"name": "Meyer for Senate", "description": WORDS, "seen": "x", "broadcast_phone_number": ""}


async def ended(client: httpx.AsyncClient, member: Membership) -> httpx.AsyncClient:
    """Her browser, whose session has ended elsewhere."""
    await passwords.set_password(member.user, await passwords.hashed(PASSWORD))
    client.cookies.set("textbank_session", await Session.begin(member.user), domain="texts.example")
    await Session.end_all(member.user)
    return client


async def log_in(
    client: httpx.AsyncClient, member: Membership, words: str = "1", password: str = PASSWORD
) -> httpx.Response:
    form = {"email": member.user.email, "password": password, "words": words, "next": "/c/meyer/inbox"}
    return await client.post("/login", data=form)


def sent(text: str) -> dict[str, str]:
    """The hidden fields of the page."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', text)
    return {name: html.unescape(value) for name, value in found}


async def test_words_typed_into_an_ended_login_are_shown_after_it_and_sent_by_a_press(
    cast: Cast, browse: Browser
) -> None:
    selina = await ended(await browse(), cast.selina)
    refused = await selina.post(
        OFFICE + "/settings/info", data=INFO, headers={"referer": "https://texts.example" + OFFICE}
    )
    assert refused.headers["location"].startswith("/login?next=")
    assert (await log_in(selina, cast.selina)).headers["location"] == "/login/words"
    page = (await selina.get("/login/words")).text
    assert html.escape(WORDS, quote=False) in page.replace("&#34;", '"') and f'href="{OFFICE}"' in page
    assert f'action="{OFFICE}/settings/info"' in page and sent(page)["description"] == WORDS
    assert (await Campaign.get(id=cast.meyer.id)).description != WORDS, "nothing is done before the press"
    answer = await selina.post(OFFICE + "/settings/info", data=sent(page) | {"seen": ""})
    assert "Saved" in answer.text
    assert (await Campaign.get(id=cast.meyer.id)).description == WORDS.strip()


async def test_a_wrong_password_first_loses_nothing(cast: Cast, browse: Browser) -> None:
    amy = await ended(await browse(), cast.amy)
    await amy.post("/c/meyer/threads/1/messages", data={"body": WORDS, "client_message_id": "a"})
    assert 'name="words"' in (await log_in(amy, cast.amy, password="wrong")).text
    assert (await log_in(amy, cast.amy)).headers["location"] == "/login/words"


async def test_a_second_step_in_between_loses_nothing(cast: Cast, browse: Browser) -> None:
    amy = await ended(await browse(), cast.amy)
    secret = await AuthenticatorApp.begin(cast.amy.user)
    session = await Session.of(await Session.begin(cast.amy.user))
    assert secret and session
    totp = pyotp.TOTP(secret)
    assert await second_steps.confirm_app(cast.amy.user, totp.at(clock.now()), session)
    clock.freeze(clock.now() + timedelta(minutes=1))
    await amy.post("/c/meyer/threads/1/messages", data={"body": WORDS})
    assert (await log_in(amy, cast.amy)).headers["location"] == "/login/second"
    answer = await amy.post("/login/second", data={"code": totp.at(clock.now())})
    assert answer.headers["location"] == "/login/words" and "Lincoln" in (await amy.get("/login/words")).text


async def test_a_browser_with_javascript_goes_back_to_its_page(cast: Cast, browse: Browser) -> None:
    amy = await ended(await browse(), cast.amy)
    await amy.post("/c/meyer/threads/1/messages", data={"body": WORDS})
    assert (await log_in(amy, cast.amy, words="")).headers["location"] == "/c/meyer/inbox"


async def test_nobody_else_who_logs_in_sees_them(cast: Cast, browse: Browser) -> None:
    amy = await ended(await browse(), cast.amy)
    await amy.post("/c/meyer/threads/1/messages", data={"body": WORDS})
    await passwords.set_password(cast.gary.user, await passwords.hashed(PASSWORD))
    await log_in(amy, cast.gary)
    answer = await amy.get("/login/words")
    assert answer.status_code == 303 and "Lisa" not in answer.text


async def test_they_are_shown_once_and_to_nobody_without_a_login(cast: Cast, browse: Browser) -> None:
    amy = await ended(await browse(), cast.amy)
    await amy.post("/c/meyer/threads/1/messages", data={"body": WORDS})
    assert (await amy.get("/login/words")).headers["location"].startswith("/login")
    await log_in(amy, cast.amy)
    assert (await amy.get("/login/words")).status_code == 200
    assert (await amy.get("/login/words")).headers["location"] == "/c/meyer"


@pytest.mark.parametrize(
    "form",
    [
        {"client_message_id": "a", "hash": "b"},
        {"body": "  "},
        {"body": "words", "password": "three quiet herons"},
        {"body": secrets.token_hex(4_000)},
        {"body": "x" * 70_000},
    ],
    ids=["nothing typed", "blank", "a password", "too long for a cookie", "too long to read"],
)
async def test_what_has_no_words_a_password_or_no_room_is_not_kept(
    cast: Cast, browse: Browser, form: dict[str, str]
) -> None:
    amy = await ended(await browse(), cast.amy)
    answer = await amy.post("/c/meyer/threads/1/messages", data=form)
    assert answer.status_code == 303 and "textbank_words" not in amy.cookies
    assert (await log_in(amy, cast.amy)).headers["location"] == "/c/meyer/inbox"


async def test_a_form_with_a_file_is_not_kept_and_one_with_an_empty_file_field_is(cast: Cast, browse: Browser) -> None:
    selina = await ended(await browse(), cast.selina)
    address = OFFICE + f"/actions/{cast.action.id}/scripts"
    await selina.post(address, data={"body": WORDS}, files={"picture": ("a.png", b"x")})
    assert "textbank_words" not in selina.cookies
    await selina.post(address, data={"body": WORDS}, files={"picture": ("", b"")})
    assert "textbank_words" in selina.cookies


async def test_a_later_form_takes_the_place_of_an_earlier_one(cast: Cast, browse: Browser) -> None:
    amy = await ended(await browse(), cast.amy)
    await amy.post("/c/meyer/threads/1/messages", data={"body": WORDS})
    await amy.post("/c/meyer/threads/1/messages", data={"body": ""})
    assert "textbank_words" not in amy.cookies


async def test_a_cookie_that_nobody_here_sealed_shows_nothing(cast: Cast, browse: Browser) -> None:
    amy = await ended(await browse(), cast.amy)
    amy.cookies.set("textbank_words", "gAAAAAB" + "x" * 60, domain="texts.example", path="/login")
    assert (await log_in(amy, cast.amy)).headers["location"] == "/c/meyer/inbox"


async def test_a_part_of_a_page_keeps_nothing(cast: Cast, browse: Browser) -> None:
    amy = await ended(await browse(None, **PARTIAL), cast.amy)
    assert (await amy.post("/c/meyer/threads/1/messages", data={"body": WORDS})).status_code == 401
    assert "textbank_words" not in amy.cookies
