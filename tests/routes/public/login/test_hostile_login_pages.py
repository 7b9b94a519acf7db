"""Strangers at the door: log-ins on their way while the password changes, and addresses that lead away (SPEC V1)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import httpx
import pyotp
import pytest
from limits import parse

from tests.cast import PASSWORD, Cast
from tests.cast.site import Browser
from webapp import clock, limiting
from webapp.http import addresses
from webapp.models.accounts import passwords
from webapp.models.accounts.sessions import PROVED_FOR, Session
from webapp.models.accounts.users import User
from webapp.models.logins.app_codes import AuthenticatorApp

NEW = "three quiet herons"


async def new_password() -> None:
    await passwords.set_password(await User.get(email="amy@example.org"), await passwords.hashed(NEW))


@pytest.fixture
def overtaken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Amy's new password is stored right after the old one was found to be right."""
    matches: Callable[[str, str], Awaitable[bool]] = passwords.matches

    async def then_changed(typed: str, stored: str) -> bool:
        found = await matches(typed, stored)
        await new_password()
        return found

    monkeypatch.setattr(passwords, "matches", then_changed)


async def enter(client: httpx.AsyncClient, password: str = PASSWORD) -> httpx.Response:
    return await client.post("/login", data={"email": "amy@example.org", "password": password})


async def test_whoever_knew_the_old_password_does_not_come_in_while_it_changes(
    cast: Cast, browse: Browser, amys_password: None, overtaken: None
) -> None:
    answer = await enter(thief := await browse())
    assert answer.status_code == 303 and answer.headers["location"].startswith("/login")
    assert (await thief.get("/c/meyer/")).status_code == 303
    assert await Session.open_ones(cast.amy.user_id) == []


async def test_a_half_log_in_with_the_old_password_ends_with_it(
    cast: Cast, browse: Browser, amys_password: None
) -> None:
    secret = await AuthenticatorApp.begin(cast.amy.user)
    assert secret and await AuthenticatorApp.confirm(cast.amy.user, pyotp.TOTP(secret).at(clock.now()))
    thief = await browse()
    assert (await enter(thief)).headers["location"] == "/login/second"
    await new_password()
    code = pyotp.TOTP(secret).at(clock.now() + timedelta(seconds=30))
    answer = await thief.post("/login/second", data={"code": code})
    assert answer.headers["location"] == "/login" and await Session.open_ones(cast.amy.user_id) == []


ODD = ["/ü", "/%0d%0aX-Evil:1", "/a\r\nX-Evil: 1", "/a\nb", "/\tb", "/\t/evil.example", "/\x7f", "/\u2028", "/a b"]
AWAY = [
    "//evil.example",
    "/\\evil.example",
    "/\t/evil.example",
    "https://evil.example",
    "http:/evil.example",
    "\\\\evil",
]


@pytest.mark.parametrize("path", [*ODD, *AWAY])
async def test_an_odd_address_to_go_on_to_is_no_fault_and_leads_nowhere_else(
    cast: Cast, browse: Browser, amys_password: None, path: str
) -> None:
    known = await browse(cast.amy)
    form = {"email": "amy@example.org", "password": PASSWORD, "next": path}
    answers = [await known.get("/login", params={"next": path}), await (await browse()).post("/login", data=form)]
    for answer in answers:
        assert answer.status_code == 303 and "x-evil" not in answer.headers
        place = answer.headers["location"]
        assert place.startswith("/") and place.isascii() and place.isprintable()
        assert httpx.URL("http://texts.example/login").join(place).host == "texts.example"


@pytest.mark.parametrize("path", [*ODD, *AWAY, "/\x00"])
def test_no_page_is_taken_for_ours_that_a_browser_reads_otherwise(path: str) -> None:
    safe = addresses.safe_next(path)
    assert safe == "" or (safe.isprintable() and safe.isascii() and safe[:2] not in ("//", "/\\"))


@pytest.mark.parametrize("page", ["//evil.example/x", "/\\evil.example", "javascript:alert(1)"])
async def test_leaving_the_question_for_the_password_stays_on_this_site(cast: Cast, browse: Browser, page: str) -> None:
    client = await browse(cast.selina)
    clock.freeze(clock.now() + 2 * PROVED_FOR)
    referer = page if page.startswith("java") else f"http://texts.example{page}"
    answer = await client.post("/c/meyer/admin/invites", data={"role": "admin"}, headers={"referer": referer})
    assert "evil.example" not in answer.text and "javascript:alert" not in answer.text


async def test_who_fails_two_hundred_times_from_an_address_does_not_lock_out_browsers_that_are_known(
    cast: Cast, browse: Browser, amys_password: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hall, an office or a phone company is one address to us."""
    monkeypatch.setattr(limiting, "LOG_INS", parse("5/10minutes"))
    known, stranger = await browse(), await browse()
    await enter(known)
    for n in range(6):
        await stranger.post("/login", data={"email": f"{n}@example.org", "password": "wrong"})
    assert "Too many" in (await enter(stranger)).text
    assert (await enter(known)).status_code == 303
