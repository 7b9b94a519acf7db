"""Coming in (SPEC V1)."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from limits import parse

from tests.cast import PASSWORD, Cast
from tests.cast.site import JOIN, Browser
from webapp import clock, config, database, limiting
from webapp.access import entering
from webapp.database import guards, transaction
from webapp.models.accounts import passwords
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.mail import Mail
from webapp.models.accounts.passwords import PasswordLink
from webapp.models.accounts.sessions import Session
from webapp.models.accounts.users import Membership, User


async def test_amy_logs_in_and_is_home(cast: Cast, browse: Browser) -> None:
    await passwords.set_password(cast.amy.user, await passwords.hashed(PASSWORD))
    client = await browse()
    answer = await client.post("/login", data={"email": "AMY@example.org ", "password": PASSWORD})
    assert answer.headers["location"] == "/c/meyer"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie
    assert "Make a plan to vote" in (await client.get("/c/meyer/")).text


@pytest.mark.both
async def test_one_comes_in_at_the_campaign_one_used_last_and_not_at_one_never_opened(
    cast: Cast, browse: Browser
) -> None:
    now, amy = clock.now(), cast.amy.user
    at_ryan = Membership(campaign=cast.ryan, user=amy, role="volunteer", joined_at=now, approved_at=now)
    await transaction(at_ryan.save)
    await transaction(lambda: Membership.filter(id=cast.amy.id).update(last_here_at=now))
    assert await entering.home_of(amy) == "/c/meyer"
    later = now + timedelta(minutes=1)
    await transaction(lambda: Membership.filter(id=at_ryan.id).update(last_here_at=later))
    assert await entering.home_of(amy) == "/c/ryan"


async def test_a_wrong_password_keeps_the_e_mail_and_says_so(cast: Cast, browse: Browser) -> None:
    await passwords.set_password(cast.amy.user, await passwords.hashed(PASSWORD))
    answer = await (await browse()).post("/login", data={"email": "amy@example.org", "password": "wrong"})
    assert answer.status_code == 422
    assert 'value="amy@example.org"' in answer.text and "do not match" in answer.text


async def test_the_login_never_leads_to_another_site(cast: Cast, browse: Browser) -> None:
    await passwords.set_password(cast.amy.user, await passwords.hashed(PASSWORD))
    for away in ("https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
        answer = await (await browse()).post(
            "/login", data={"email": "amy@example.org", "password": PASSWORD, "next": away}
        )
        assert answer.headers["location"] == "/c/meyer"


async def test_guessing_passwords_is_stopped_after_ten_tries(cast: Cast, browse: Browser) -> None:
    client = await browse()
    for _ in range(11):
        answer = await client.post(
            "/login", data={"email": f"nobody-{cast.amy.joined_at:%f}@example.org", "password": "wrong"}
        )
    assert "Too many tries" in answer.text


async def test_logging_out_ends_the_session(cast: Cast, browse: Browser) -> None:
    amy = await browse(cast.amy)
    await amy.post("/logout")
    assert await Session.filter(user=cast.amy.user, ended_at=None).count() == 0
    assert (await amy.get("/c/meyer/")).status_code == 303


async def test_logging_out_everywhere_ends_them_all(cast: Cast, browse: Browser) -> None:
    phone, laptop = await browse(cast.amy), await browse(cast.amy)
    await phone.post("/sessions/end")
    assert (await laptop.get("/c/meyer/")).status_code == 303


async def test_carmen_signs_up_with_the_join_code(cast: Cast, browse: Browser) -> None:
    client = await browse()
    answer = await client.post("/join", data=JOIN)
    assert answer.headers["location"] == "/c/meyer"
    member = await Membership.get(user__email="carmen@example.org").select_related("user")
    assert (member.role, member.zip, member.language, member.user.phone) == ("volunteer", "16503", "es", "+14125550166")
    assert (await client.get("/c/meyer/")).status_code == 200


async def test_a_sign_up_with_mistakes_keeps_what_was_typed_and_stores_nothing(cast: Cast, browse: Browser) -> None:
    wrong = {**JOIN, "phone": "12", "password": "short", "email": "no"}
    answer = await (await browse()).post("/join", data=wrong)
    assert answer.status_code == 422 and 'value="Carmen"' in answer.text
    assert answer.text.count("field-error") >= 3
    assert not await User.exists(first_name="Carmen")


async def test_a_name_that_is_a_message_is_refused_and_kept_on_the_page(cast: Cast, browse: Browser) -> None:
    """A7: it would be sent to voters."""
    for field in ("first_name", "last_name"):
        wrong = {**JOIN, field: "Jo. Polling place MOVED, see bit.ly/x"}
        answer = await (await browse()).post("/join", data=wrong)
        assert answer.status_code == 422 and "It is sent in texts." in answer.text
    assert await User.with_email("carmen@example.org") is None


async def test_an_unknown_code_is_told_and_nothing_is_stored(cast: Cast, browse: Browser) -> None:
    answer = await (await browse()).post("/join", data={**JOIN, "code": "000001"})
    assert answer.status_code == 422 and "No campaign has this code" in answer.text
    assert not await User.exists(first_name="Carmen")


async def test_where_approval_is_wanted_a_new_volunteer_waits(cast: Cast, browse: Browser) -> None:
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(approval_needed=True))
    client = await browse()
    await client.post("/join", data=JOIN)
    assert (await client.get("/c/meyer/")).headers["location"] == "/c/meyer/waiting"


async def test_a_known_e_mail_joins_another_campaign_with_its_password_only(cast: Cast, browse: Browser) -> None:
    await passwords.set_password(cast.jonah.user, await passwords.hashed(PASSWORD))
    stranger = await (await browse()).post(
        "/join", data={**JOIN, "email": "jonah@example.org", "password": "something else"}
    )
    assert stranger.status_code == 422 and not await Membership.exists(user=cast.jonah.user, campaign=cast.meyer)
    await (await browse()).post("/join", data={**JOIN, "email": "jonah@example.org"})
    assert await Membership.exists(user=cast.jonah.user, campaign=cast.meyer)
    assert (await User.get(id=cast.jonah.user_id)).first_name == "Jonah"


async def test_a_forgotten_password_is_set_by_a_link_that_works_once(cast: Cast, browse: Browser) -> None:
    client, other = await browse(), await browse(cast.amy)
    answer = await client.post("/password-reset", data={"email": "amy@example.org"})
    assert "on its way" in answer.text
    [mail] = await Mail.all()
    assert mail.to == "amy@example.org" and "new password" in mail.subject
    path = re.search(r"http://texts.example(/password/\S+)", mail.text)[1]  # type: ignore[index]
    assert (await client.post(path, data={"password": "short"})).status_code == 422
    answer = await client.post(path, data={"password": "another long password"})
    assert answer.headers["location"] == "/c/meyer"
    assert (await other.get("/c/meyer/")).status_code == 303, "other devices are logged out"
    assert (await client.post(path, data={"password": "yet another password"})).status_code == 404
    assert "was changed" in (await Mail.all().order_by("-id"))[0].subject


async def test_an_address_nobody_has_gets_the_same_answer_and_no_letter(cast: Cast, browse: Browser) -> None:
    answer = await (await browse()).post("/password-reset", data={"email": "nobody@example.org"})
    assert "on its way" in answer.text and await Mail.all().count() == 0
    assert "has no mail server yet" in answer.text


async def test_ready_asks_all_that_texting_needs(cast: Cast, browse: Browser) -> None:
    answer = await (await browse()).get("/ready")
    assert answer.status_code == 200 and answer.json() == {
        "ready": True,
        "database": True,
        "guards": True,
        "writes": True,
        "files": True,
        "valkey": True,
    }


async def test_ready_is_not_when_a_guard_is_missing(cast: Cast, browse: Browser) -> None:
    await transaction(lambda: database.rows("DROP INDEX one_contact"))
    try:
        answer = await (await browse()).get("/ready")
    finally:
        await transaction(guards.put_back)
    assert answer.status_code == 503 and answer.json()["guards"] is False


async def guess(client: httpx.AsyncClient, times: int, **headers: str) -> httpx.Response:
    """The answer to the last of so many wrong passwords of Amy's."""
    for _ in range(times):
        form = {"email": "amy@example.org", "password": "wrong"}
        answer = await client.post("/login", data=form, headers=headers)
    return answer


async def enter(client: httpx.AsyncClient, **headers: str) -> httpx.Response:
    form = {"email": "amy@example.org", "password": PASSWORD}
    return await client.post("/login", data=form, headers=headers)


@pytest.fixture
async def amys_password(cast: Cast) -> None:
    await passwords.set_password(cast.amy.user, await passwords.hashed(PASSWORD))


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


async def test_who_was_made_by_staff_says_their_name_and_phone_with_the_password(cast: Cast, browse: Browser) -> None:
    user = await User.sign_up(email="sue@example.org")
    await Membership.join(user, cast.meyer, "owner")
    path, client = f"/password/{await PasswordLink.issue(user)}", await browse()
    assert 'name="first_name"' in (await client.get(path)).text
    form = {"first_name": "Sue", "last_name": "Wilson", "phone": "412-555-0133", "password": PASSWORD}
    refused = await client.post(path, data={**form, "phone": "12"})
    assert refused.status_code == 422 and 'value="Wilson"' in refused.text
    assert (await User.get(id=user.id)).password_hash == ""
    assert (await client.post(path, data=form)).status_code == 303
    sue = await User.get(id=user.id)
    assert (sue.name, sue.phone) == ("Sue Wilson", "+14125550133") and sue.password_hash


async def test_who_is_known_is_only_asked_for_the_password(cast: Cast, browse: Browser) -> None:
    path = f"/password/{await PasswordLink.issue(cast.amy.user)}"
    assert 'name="first_name"' not in (await (await browse()).get(path)).text


async def test_a_room_that_scans_an_old_poster_locks_nobody_out(cast: Cast, browse: Browser) -> None:
    client = await browse()
    for _ in range(12):
        await client.get("/join?code=111111")
    assert (await client.post("/join", data=JOIN)).status_code == 303


@pytest.mark.parametrize("code", ["482-913", "48291", "4829130", "x" * 300])
async def test_a_code_of_another_length_is_said_to_be_one(cast: Cast, browse: Browser, code: str) -> None:
    answer = await (await browse()).post("/join", data={**JOIN, "code": code})
    assert answer.status_code == 422 and ("six digits" in answer.text or "may have 6 characters" in answer.text)


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


async def test_whoever_has_an_account_joins_with_a_password_of_earlier_rules(cast: Cast, browse: Browser) -> None:
    await passwords.set_password(cast.jonah.user, await passwords.hashed("ten chars!"))
    answer = await (await browse()).post("/join", data={**JOIN, "email": "jonah@example.org", "password": "ten chars!"})
    assert answer.headers["location"] == "/c/meyer"


@pytest.mark.parametrize("password", ["Philadelphia", "CarmenVillarreal", "Meyer for Senate 26", "elevenchars"])
async def test_nobody_signs_up_with_a_password_that_others_guess(cast: Cast, browse: Browser, password: str) -> None:
    answer = await (await browse()).post("/join", data={**JOIN, "password": password})
    assert answer.status_code == 422 and 'id="password-error"' in answer.text
    assert not await User.exists(first_name="Carmen")


async def test_one_password_tried_on_many_accounts_ends_by_the_address(
    cast: Cast, browse: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limiting, "LOG_INS", parse("3/10minutes"))
    client = await browse()
    for n in range(3):
        await client.post("/login", data={"email": f"p{n}@example.org", "password": "x"})
    answer = await client.post("/login", data={"email": "p9@example.org", "password": "x"})
    assert answer.status_code == 422 and "Too many tries" in answer.text
