"""Words sent after the login had ended come back after the log-in, without JavaScript (access/kept_words.py)."""

from __future__ import annotations

import html
import re
import secrets
import uuid
from datetime import timedelta

import httpx
import pyotp
import pytest

from tests.cast import PASSWORD, Cast
from tests.cast.site import OFFICE, PARTIAL, Browser
from tests.cast.texting import in_touch
from webapp import clock
from webapp.models.accounts import passwords
from webapp.models.accounts.sessions import Session
from webapp.models.accounts.users import Membership
from webapp.models.conversations.message import Message
from webapp.models.logins import second_steps
from webapp.models.logins.app_codes import AuthenticatorApp

WORDS = "Lisa, tu casilla está en la “escuela” <Lincoln>.\nA las 7."


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
    await in_touch(cast)
    thread = f"/c/meyer/threads/{(await cast.conversation()).id}"
    amy = await ended(await browse(), cast.amy)
    form = {"body": WORDS, "client_message_id": str(uuid.uuid4())}
    refused = await amy.post(thread + "/messages", data=form, headers={"referer": "https://texts.example" + thread})
    assert refused.headers["location"].startswith("/login?next=")
    assert (await log_in(amy, cast.amy)).headers["location"] == "/login/words"
    page = (await amy.get("/login/words")).text
    assert f'href="{thread}"' in page and f'action="{thread}/messages"' in page and sent(page)["body"] == WORDS
    assert not await Message.exists(body__startswith="Lisa"), "nothing is done before the press"
    await amy.post(thread + "/messages", data=sent(page))
    assert await Message.exists(body__startswith="Lisa, tu casilla")


async def test_the_page_shows_every_field_with_its_name_and_where_it_goes(cast: Cast, browse: Browser) -> None:
    amy = await ended(await browse(), cast.amy)
    await amy.post("/c/meyer/threads/1/reports?a=b", data={"tags": "will_vote", "field_notes": WORDS, "seen": "7"})
    await log_in(amy, cast.amy)
    page = (await amy.get("/login/words")).text
    shown = {html.unescape(n): html.unescape(v) for n, v in re.findall(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>", page, re.S)}
    assert shown == {"tags": "will_vote", "field_notes": WORDS, "seen": "7"}
    assert "the page /c/meyer/threads/1/reports?a=b:" in page


@pytest.mark.parametrize(
    "path",
    [
        OFFICE + "/users/4",
        OFFICE + "/settings/info",
        "/c/meyer/%61dmin/users/4",
        "/c/meyer/account",
        "/c/meyer/account/email",
        "/c/meyer/threads/%2e%2e/admin/users/4",
        "/c/meyer/threads/1/..%2f..%2fadmin",
    ],
)
async def test_no_form_of_the_office_or_of_an_account_is_kept(cast: Cast, browse: Browser, path: str) -> None:
    """Somebody else at this browser could have filled it in, for the next log-in to press (SPEC V1)."""
    selina = await ended(await browse(), cast.selina)
    await selina.post(path, data={"role": "admin", "note": "My answer to Lisa"})
    assert "textbank_words" not in selina.cookies
    assert (await log_in(selina, cast.selina)).headers["location"] == "/c/meyer/inbox"
    assert "Only what you write in a conversation is kept" in (await (await browse()).get("/login?expired=2")).text


@pytest.mark.parametrize("token", ["", "of nobody"])
async def test_nothing_is_kept_where_nobody_knows_whose_it_is(cast: Cast, browse: Browser, token: str) -> None:
    somebody = await browse()
    somebody.cookies.set("textbank_session", token, domain="texts.example")
    await somebody.post("/c/meyer/threads/1/messages", data={"body": WORDS})
    assert "textbank_words" not in somebody.cookies


async def test_they_count_for_an_hour_by_our_own_clock(cast: Cast, browse: Browser) -> None:
    amy = await ended(await browse(), cast.amy)
    await amy.post("/c/meyer/threads/1/messages", data={"body": WORDS})
    value, start = amy.cookies["textbank_words"], clock.now()
    for seconds, goes in ((3600, "/login/words"), (3601, "/c/meyer/inbox")):
        clock.freeze(start + timedelta(seconds=seconds))
        amy.cookies.set("textbank_words", value, domain="texts.example", path="/login")
        assert (await log_in(amy, cast.amy)).headers["location"] == goes
    assert "Lincoln" not in (await amy.get("/login/words")).text


@pytest.mark.parametrize("path", ["/logout", "/sessions/end"])
async def test_logging_out_ends_them(cast: Cast, browse: Browser, path: str) -> None:
    amy = await ended(await browse(), cast.amy)
    await amy.post("/c/meyer/threads/1/messages", data={"body": WORDS})
    await log_in(amy, cast.amy)
    assert "textbank_words" in amy.cookies
    await amy.post(path)
    assert "textbank_words" not in amy.cookies


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
    assert (await log_in(amy, cast.gary)).headers["location"] == "/c/meyer/inbox"
    answer = await amy.get("/login/words")
    assert answer.status_code == 303 and "Lisa" not in answer.text and "textbank_words" not in amy.cookies


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
    address = "/c/meyer/threads/1/messages"
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
