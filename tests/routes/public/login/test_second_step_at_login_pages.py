"""The second step at the log-in, whichever way one comes (SPEC V1; ASVS 5.0, 6.3.3, 6.3.4, 6.4.3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import httpx
import pyotp
import pytest
from limits import parse

from tests.cast import PASSWORD, Cast
from tests.cast.site import Browser
from webapp import clock, config, limiting
from webapp.database import transaction
from webapp.models.accounts import passwords
from webapp.models.accounts.passwords import PasswordLink
from webapp.models.accounts.sessions import Session
from webapp.models.accounts.users import User
from webapp.models.logins import second_steps
from webapp.models.logins.app_codes import AuthenticatorApp

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def app_of_amy(cast: Cast) -> pyotp.TOTP:
    await passwords.set_password(cast.amy.user, await passwords.hashed(PASSWORD))
    secret = await AuthenticatorApp.begin(cast.amy.user)
    session = await Session.of(await Session.begin(cast.amy.user))
    assert secret and session
    totp = pyotp.TOTP(secret)
    assert await second_steps.confirm_app(cast.amy.user, totp.at(clock.now()), session)
    clock.freeze(clock.now() + MINUTE)
    return totp


async def enter(client: httpx.AsyncClient, **more: str) -> httpx.Response:
    return await client.post("/login", data={"email": "amy@example.org", "password": PASSWORD, **more})


async def second(client: httpx.AsyncClient, code: str) -> httpx.Response:
    return await client.post("/login/second", data={"code": code})


async def test_amy_logs_in_with_her_password_and_a_code_and_is_where_she_was(
    cast: Cast, browse: Browser, app_of_amy: pyotp.TOTP
) -> None:
    client = await browse()
    answer = await enter(client, next="/c/meyer/inbox")
    assert answer.headers["location"] == "/login/second" and "textbank_session" not in answer.headers["set-cookie"]
    assert (await client.get("/c/meyer/")).status_code == 303, "the password alone opens nothing"
    assert "Six digits" in (await client.get("/login/second")).text
    answer = await second(client, app_of_amy.at(clock.now()))
    assert answer.headers["location"] == "/c/meyer/inbox"
    assert (await client.get("/c/meyer/")).status_code == 200
    session = (await Session.open_ones(cast.amy.user_id))[0]
    assert session.second_at is not None


async def test_a_wrong_code_opens_nothing_and_is_told(cast: Cast, browse: Browser, app_of_amy: pyotp.TOTP) -> None:
    client = await browse()
    await enter(client)
    answer = await second(client, "000000")
    assert answer.status_code == 422 and "not right" in answer.text and "000000" not in answer.text
    assert (await client.get("/c/meyer/")).status_code == 303
    assert (await second(client, "")).status_code == 422


@pytest.mark.parametrize("way", ["login", "join", "link"])
async def test_no_way_in_passes_by_the_second_step(
    cast: Cast, browse: Browser, app_of_amy: pyotp.TOTP, way: str
) -> None:
    client = await browse()
    if way == "login":
        answer = await enter(client)
    if way == "join":
        form = {"code": "482913", "first_name": "Amy", "last_name": "B", "phone": "412-555-0166", "zip": "15213"}
        answer = await enter(client)
        answer = await client.post(
            "/join", data={**form, "email": "amy@example.org", "password": PASSWORD, "language": "en"}
        )
    if way == "link":  # her address is proven: nobody else can have added the step
        await transaction(lambda: User.filter(id=cast.amy.user_id).update(confirmed_at=clock.now()))
        token = await PasswordLink.issue(cast.amy.user)
        answer = await client.post(f"/password/{token}", data={"password": "three quiet herons"})
    assert answer.headers["location"] == "/login/second"
    assert (await client.get("/c/meyer/")).status_code == 303
    assert (await second(client, app_of_amy.at(clock.now()))).status_code == 303
    assert (await client.get("/c/meyer/")).status_code == 200


async def test_a_step_is_of_one_browser_used_once_and_ends_after_ten_minutes(
    cast: Cast, browse: Browser, app_of_amy: pyotp.TOTP
) -> None:
    client, other = await browse(), await browse()
    await enter(client)
    assert (await second(other, app_of_amy.at(clock.now()))).headers["location"] == "/login"
    token = client.cookies["textbank_step"]
    await second(client, app_of_amy.at(clock.now()))
    other.cookies.set("textbank_step", token, domain="texts.example")
    clock.freeze(clock.now() + MINUTE)
    assert (await second(other, app_of_amy.at(clock.now()))).headers["location"] == "/login", "used"
    third = await browse()
    await enter(third)
    clock.freeze(clock.now() + 11 * MINUTE)
    assert (await second(third, app_of_amy.at(clock.now()))).headers["location"] == "/login", "too late"


async def test_codes_are_not_guessed_not_even_where_the_browser_is_known(
    cast: Cast, browse: Browser, app_of_amy: pyotp.TOTP, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limiting, "LOG_IN_ALL", parse("12/day"))
    config.use(replace(config.settings(), trusted_proxies="127.0.0.1"))
    client = await browse()
    await enter(client)
    for n in range(10):
        assert "not right" in (await second(client, f"00000{n}")).text
    assert "Too many wrong codes" in (await second(client, app_of_amy.at(clock.now()))).text
    for n in range(2):
        answer = await client.post("/login/second", data={"code": "1"}, headers={"x-forwarded-for": f"198.51.100.{n}"})
        assert "not right" in answer.text
    again = await client.post("/login/second", data={"code": "1"}, headers={"x-forwarded-for": "198.51.100.1"})
    assert "Wait a day" in again.text
    fresh = {"x-forwarded-for": "203.0.113.7"}
    answer = await client.post("/login/second", data={"code": app_of_amy.at(clock.now())}, headers=fresh)
    assert answer.status_code == 303, "an address that has failed nothing has its try"


async def test_nobody_without_a_right_password_sees_the_step(cast: Cast, browse: Browser) -> None:
    nobody = await browse()
    assert (await nobody.get("/login/second")).headers["location"] == "/login"
    assert (await second(nobody, "123456")).headers["location"] == "/login"
