"""People who guess codes and passwords are stopped, and nobody else (SPEC V1)."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace

import httpx
import pytest
from limits import parse

from tests.cast import PASSWORD, Cast
from tests.cast.site import JOIN, Browser
from webapp import config, limiting
from webapp.database import transaction
from webapp.models.accounts import passwords
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.mail import Mail
from webapp.models.accounts.users import User


async def test_guessing_passwords_is_stopped_after_ten_tries(cast: Cast, browse: Browser) -> None:
    client = await browse()
    for _ in range(11):
        answer = await client.post(
            "/login", data={"email": f"nobody-{cast.amy.joined_at:%f}@example.org", "password": "wrong"}
        )
    assert "Too many tries" in answer.text


async def guess(client: httpx.AsyncClient, times: int, **headers: str) -> httpx.Response:
    """The answer to the last of so many wrong passwords of Amy's."""
    for _ in range(times):
        form = {"email": "amy@example.org", "password": "wrong"}
        answer = await client.post("/login", data=form, headers=headers)
    return answer


async def enter(client: httpx.AsyncClient, **headers: str) -> httpx.Response:
    form = {"email": "amy@example.org", "password": PASSWORD}
    return await client.post("/login", data=form, headers=headers)


async def test_fifty_people_join_from_one_address_in_a_minute(
    cast: Cast, browse: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def quick(password: str) -> str:
        return "not hashed: fifty times a tenth of a second"

    monkeypatch.setattr(passwords, "hashed", quick)
    client = await browse()

    async def one(n: int) -> int:
        await client.get("/join?code=482913")
        return (await client.post("/join", data={**JOIN, "email": f"p{n}@example.org"})).status_code

    assert set(await asyncio.gather(*map(one, range(50)))) == {303}
    assert await User.filter(email__startswith="p").count() == 50


async def test_a_hall_joins_on_however_many_codes_others_there_have_mistyped(cast: Cast, browse: Browser) -> None:
    client = await browse()
    for n in range(12):
        assert (
            "No campaign has this code" in (await client.post("/join", data={**JOIN, "code": f"00000{n:02}"[-6:]})).text
        )
    assert "Join Meyer" in (await client.get("/join?code=482913")).text
    assert (await client.post("/join", data=JOIN)).status_code == 303


async def test_guesses_of_six_digits_from_an_address_end_and_others_join_on(
    cast: Cast, browse: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limiting, "JOIN_CODE", parse("5/hour"))
    config.use(replace(config.settings(), trusted_proxies="127.0.0.0/8"))
    client = await browse()
    for n in range(5):
        await client.post("/join", data={**JOIN, "code": f"00000{n}"})
    answer = await client.post("/join", data=JOIN)
    assert answer.status_code == 422 and "Too many wrong codes. Wait an hour" in answer.text
    assert "Join Meyer" not in (await client.get("/join?code=482913")).text
    elsewhere = await client.post("/join", data=JOIN, headers={"x-forwarded-for": "203.0.113.7"})
    assert elsewhere.status_code == 303


async def test_a_right_code_of_letters_is_never_refused_because_others_guessed(
    cast: Cast, browse: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limiting, "JOIN_CODE", parse("5/hour"))
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(join_code="ABCDEFGH"))
    client = await browse()
    for n in range(6):
        wrong = await client.post("/join", data={**JOIN, "code": f"ABCDEFG{'JKMNPQ'[n]}"})
    assert "Too many wrong codes" in wrong.text
    assert "Join Meyer" in (await client.get("/join?code=ABCDEFGH")).text
    assert (await client.post("/join", data={**JOIN, "code": "abcd efgh"})).status_code == 303


async def test_when_everybody_s_limit_is_used_up_only_who_failed_waits(
    cast: Cast, browse: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limiting, "JOIN_CODE_ALL", parse("5/hour"))
    config.use(replace(config.settings(), trusted_proxies="127.0.0.0/8"))
    client = await browse()
    for n in range(5):
        await client.post("/join", data={**JOIN, "code": f"00000{n}"})
    waits = await client.post("/join", data=JOIN)
    assert waits.status_code == 422 and "Wait an hour" in waits.text
    elsewhere = await client.post("/join", data=JOIN, headers={"x-forwarded-for": "203.0.113.7"})
    assert elsewhere.status_code == 303


async def test_guesses_sent_at_once_are_no_more_than_the_limit(
    cast: Cast, browse: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limiting, "JOIN_CODE", parse("10/hour"))
    client = await browse()
    answers = await asyncio.gather(*(client.get(f"/join?code={n:06}") for n in range(30)))
    assert all(answer.status_code == 200 for answer in answers)
    assert "Join Meyer" not in (await client.get("/join?code=482913")).text, "ten were looked up and counted"


async def test_a_right_password_never_counts(cast: Cast, browse: Browser, amys_password: None) -> None:
    for _ in range(12):
        assert (await enter(await browse())).status_code == 303


async def test_whoever_guesses_elsewhere_locks_nobody_out(cast: Cast, browse: Browser, amys_password: None) -> None:
    config.use(replace(config.settings(), trusted_proxies="127.0.0.1"))
    stranger = await browse(**{"x-forwarded-for": "198.51.100.9"})
    assert "Too many tries" in (await guess(stranger, 11)).text
    assert "Too many tries" in (await guess(stranger, 1, **{"x-forwarded-for": "203.0.113.7, 198.51.100.9"})).text
    assert (await enter(await browse(**{"x-forwarded-for": "203.0.113.7"}))).status_code == 303


async def test_a_browser_that_logged_in_before_is_not_locked_out_by_its_neighbours(
    cast: Cast, browse: Browser, amys_password: None
) -> None:
    amy, neighbour = await browse(), await browse()
    await enter(amy)
    await amy.post("/logout")
    assert "Too many tries" in (await guess(neighbour, 11)).text
    assert "Too many tries" in (await enter(neighbour)).text
    neighbour.cookies.set("textbank_known", "0" * 64)
    assert "Too many tries" in (await enter(neighbour)).text, "a mark can't be made up"
    assert (await enter(amy)).status_code == 303


async def test_whoever_is_locked_out_comes_in_by_a_letter(cast: Cast, browse: Browser, amys_password: None) -> None:
    client = await browse()
    await guess(client, 11)
    await client.post("/password-reset", data={"email": "amy@example.org"})
    path = re.search(r"http://texts.example(/password/\S+)", (await Mail.all())[0].text)[1]  # type: ignore[index]
    assert (await client.post(path, data={"password": PASSWORD})).headers["location"] == "/c/meyer"
    await client.post("/logout")
    assert (await enter(client)).status_code == 303


async def test_passwords_are_not_guessed_at_the_sign_up_either(
    cast: Cast, browse: Browser, amys_password: None
) -> None:
    client = await browse()
    for _ in range(11):
        answer = await client.post("/join", data={**JOIN, "email": "amy@example.org", "password": "wrong password"})
    assert "Too many tries" in answer.text


async def test_letters_to_one_e_mail_are_limited_the_same_whether_somebody_has_it(cast: Cast, browse: Browser) -> None:
    client, told = await browse(), []
    for email in ("amy@example.org", "nobody@example.org"):
        told.append([(await client.post("/password-reset", data={"email": email})).status_code for _ in range(6)])
    assert told == [[200] * 5 + [422]] * 2 and await Mail.all().count() == 5


async def test_a_room_that_scans_an_old_poster_locks_nobody_out(cast: Cast, browse: Browser) -> None:
    client = await browse()
    for _ in range(12):
        await client.get("/join?code=111111")
    assert (await client.post("/join", data=JOIN)).status_code == 303


async def test_one_account_guessed_from_many_addresses_keeps_a_try_for_each_and_all_for_its_owner(
    cast: Cast, browse: Browser, amys_password: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limiting, "LOG_IN_ALL", parse("5/day"))
    config.use(replace(config.settings(), trusted_proxies="127.0.0.1"))
    amy, stranger = await browse(), await browse()
    await enter(amy)
    for n in range(5):
        assert "do not match" in (await guess(stranger, 1, **{"x-forwarded-for": f"198.51.100.{n}"})).text
    again = await enter(stranger, **{"x-forwarded-for": "198.51.100.1"})
    assert "Wait a day" in again.text, "an address that failed before waits, even with the right password"
    assert (await enter(stranger, **{"x-forwarded-for": "203.0.113.7"})).status_code == 303, "a new one has its try"
    assert "do not match" in (await guess(amy, 3)).text and (await enter(amy)).status_code == 303


async def test_the_wait_grows_with_wrong_passwords(
    cast: Cast, browse: Browser, amys_password: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limiting, "LOG_IN", parse("1000/10minutes"))
    client = await browse()
    assert "do not match" in (await guess(client, 20)).text
    assert "Wait an hour" in (await guess(client, 1)).text
    monkeypatch.setattr(limiting, "LOG_IN_HOUR", parse("1000/hour"))
    assert "do not match" in (await guess(client, 20)).text
    assert "Wait a day" in (await guess(client, 1)).text


async def test_one_password_tried_on_many_accounts_ends_by_the_address(
    cast: Cast, browse: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limiting, "LOG_INS", parse("3/10minutes"))
    client = await browse()
    for n in range(3):
        await client.post("/login", data={"email": f"p{n}@example.org", "password": "x"})
    answer = await client.post("/login", data={"email": "p9@example.org", "password": "x"})
    assert answer.status_code == 422 and "Too many tries" in answer.text
