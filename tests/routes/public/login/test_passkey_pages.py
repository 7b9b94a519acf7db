"""Logging in with a passkey, alone or as the second step (SPEC V1; ASVS 5.0, 6.3.3)."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import httpx
import pytest

from tests.cast import MORNING, PASSWORD, Cast
from tests.cast.pages.passkeys import ORIGIN, Device
from tests.cast.site import Browser
from webapp import clock
from webapp.models.accounts import passwords
from webapp.models.accounts.sessions import Session
from webapp.models.logins import second_steps
from webapp.models.logins.app_codes import RecoveryCode
from webapp.models.logins.passkeys import Passkey

ACCOUNT = "/c/meyer/account"


def options(text: str) -> str:
    return html.unescape(re.search(r'data-options="([^"]+)"', text)[1])  # type: ignore[index]


async def make(client: httpx.AsyncClient, device: Device, **more: str) -> httpx.Response:
    asked = options((await client.get(f"{ACCOUNT}/passkeys/new")).text)
    return await client.post(f"{ACCOUNT}/passkeys", data={"name": "My phone", "credential": device.make(asked, **more)})


async def show(client: httpx.AsyncClient, device: Device, **more: str) -> httpx.Response:
    asked = options((await client.post("/login/passkey", data={"next": ""})).text)
    return await client.post("/login/passkey/answer", data={"credential": device.show(asked, **more)})


@pytest.fixture
async def device(cast: Cast, browse: Browser) -> Device:
    """Amy's, with a passkey of this site."""
    await passwords.set_password(cast.amy.user, await passwords.hashed(PASSWORD))
    made = Device()
    answer = await make(await browse(cast.amy), made)
    assert answer.status_code == 200 and answer.text.count("<code>") == 10, "and recovery codes"
    return made


async def test_amy_logs_in_with_her_passkey_alone(cast: Cast, browse: Browser, device: Device) -> None:
    client = await browse()
    answer = await show(client, device)
    assert answer.headers["location"] == "/c/meyer" and (await client.get("/c/meyer/")).status_code == 200
    assert (await Session.open_ones(cast.amy.user_id))[0].second_at is not None
    assert (await Passkey.get(user=cast.amy.user)).sign_count == 1


async def test_a_passkey_is_her_second_step_after_the_password(cast: Cast, browse: Browser, device: Device) -> None:
    client = await browse()
    await client.post("/login", data={"email": "amy@example.org", "password": PASSWORD, "next": "/c/meyer/inbox"})
    asked = options((await client.get("/login/second")).text)
    answer = await client.post("/login/second/passkey", data={"credential": device.show(asked)})
    assert answer.headers["location"] == "/c/meyer/inbox" and (await client.get("/c/meyer/")).status_code == 200


async def test_another_s_passkey_is_not_her_second_step(cast: Cast, browse: Browser, device: Device) -> None:
    dans = Device()
    await make(await browse(cast.dan), dans)
    client = await browse()
    await client.post("/login", data={"email": "amy@example.org", "password": PASSWORD})
    asked = options((await client.get("/login/second")).text)
    answer = await client.post("/login/second/passkey", data={"credential": dans.show(asked)})
    assert answer.status_code == 422 and (await client.get("/c/meyer/")).status_code == 303


async def test_an_answer_opens_once(cast: Cast, browse: Browser, device: Device) -> None:
    client, thief = await browse(), await browse()
    asked = options((await client.post("/login/passkey")).text)
    answer, step = device.show(asked), client.cookies["textbank_step"]
    assert (await client.post("/login/passkey/answer", data={"credential": answer})).status_code == 303
    thief.cookies.set("textbank_step", step, domain="texts.example")
    assert (await thief.post("/login/passkey/answer", data={"credential": answer})).status_code == 422


@pytest.mark.parametrize("wrong", ["origin", "stranger", "unverified", "copied", "nonsense", "empty"])
async def test_what_is_not_right_opens_nothing(cast: Cast, browse: Browser, device: Device, wrong: str) -> None:
    client = await browse()
    asked = options((await client.post("/login/passkey")).text)
    if wrong == "copied":  # its count stands still
        await (await Passkey.get(user=cast.amy.user)).used(7)
    device.verifies = wrong != "unverified"
    told = {"nonsense": '{"id": [], "response": "x"}', "empty": ""}
    shown = (Device() if wrong == "stranger" else device).show(
        asked, "https://evil.example" if wrong == "origin" else ORIGIN
    )
    answer = told.get(wrong, shown)
    got = await client.post("/login/passkey/answer", data={"credential": answer})
    assert got.status_code == 422 and "was not accepted" in got.text
    assert (await client.get("/c/meyer/")).status_code == 303


async def test_a_passkey_is_made_once_by_whom_it_was_asked_of(cast: Cast, browse: Browser, device: Device) -> None:
    amy = await browse(cast.amy)
    again = await make(amy, device)
    assert again.status_code == 422 and "Nothing was changed" in again.text, "this device has one"
    assert (await make(amy, Device(), origin="https://evil.example")).status_code == 422
    asked = options((await amy.get(f"{ACCOUNT}/passkeys/new")).text)
    dan = await browse(cast.dan)
    dan.cookies.set("textbank_step", amy.cookies["textbank_step"], domain="texts.example")
    answer = await dan.post(f"{ACCOUNT}/passkeys", data={"name": "x", "credential": Device().make(asked)})
    assert answer.status_code == 422 and await Passkey.all().count() == 1


async def test_a_passkey_shows_again_who_one_is_and_the_form_goes_on(
    cast: Cast, browse: Browser, device: Device
) -> None:
    amy, others = await browse(cast.amy), Device()
    await make(await browse(cast.dan), others)
    clock.freeze(MORNING + timedelta(hours=1))
    asked = await amy.post(f"{ACCOUNT}/devices/end", data={"kept": "words"})
    assert asked.status_code == 403 and 'name="kept" value="words"' in asked.text
    wrong = others.show(options(asked.text))
    refused = await amy.post(f"{ACCOUNT}/devices/end", data={"proof_credential": wrong})
    assert refused.status_code == 403 and "was not accepted" in refused.text
    answer = await amy.post(f"{ACCOUNT}/devices/end", data={"proof_credential": device.show(options(refused.text))})
    assert answer.headers["location"] == f"{ACCOUNT}/devices"
    assert (await amy.post(f"{ACCOUNT}/devices/end")).status_code == 303, "it asks no more for a while"


async def test_amy_removes_her_passkey_and_nobody_else_does(cast: Cast, browse: Browser, device: Device) -> None:
    amy, dan, row = await browse(cast.amy), await browse(cast.dan), await Passkey.get(user=cast.amy.user)
    assert "My phone" in (await amy.get(f"{ACCOUNT}/second-step")).text
    assert (await dan.post(f"{ACCOUNT}/passkeys/{row.id}/end")).status_code == 404
    await amy.post(f"{ACCOUNT}/passkeys/{row.id}/end")
    assert not await second_steps.of(cast.amy.user_id) and await RecoveryCode.left(cast.amy.user_id) == 0
    assert (await show(await browse(), device)).status_code == 422
