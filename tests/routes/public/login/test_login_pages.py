"""Coming in (SPEC V1)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.cast import PASSWORD, Cast
from tests.cast.site import JOIN, Browser
from webapp import clock, database
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


@pytest.mark.parametrize("code", ["482-913", "48291", "4829130", "x" * 300])
async def test_a_code_of_another_length_is_said_to_be_one(cast: Cast, browse: Browser, code: str) -> None:
    answer = await (await browse()).post("/join", data={**JOIN, "code": code})
    assert answer.status_code == 422 and ("six digits" in answer.text or "may have 6 characters" in answer.text)


async def test_whoever_has_an_account_joins_with_a_password_of_earlier_rules(cast: Cast, browse: Browser) -> None:
    await passwords.set_password(cast.jonah.user, await passwords.hashed("ten chars!"))
    answer = await (await browse()).post("/join", data={**JOIN, "email": "jonah@example.org", "password": "ten chars!"})
    assert answer.headers["location"] == "/c/meyer"


@pytest.mark.parametrize("password", ["Philadelphia", "CarmenVillarreal", "Meyer for Senate 26", "elevenchars"])
async def test_nobody_signs_up_with_a_password_that_others_guess(cast: Cast, browse: Browser, password: str) -> None:
    answer = await (await browse()).post("/join", data={**JOIN, "password": password})
    assert answer.status_code == 422 and 'id="password-error"' in answer.text
    assert not await User.exists(first_name="Carmen")
