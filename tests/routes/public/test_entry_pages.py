"""Coming in (SPEC V1)."""

from __future__ import annotations

import re

from tests.cast import PASSWORD, Cast
from tests.cast.site import Browser
from webapp import database
from webapp.database import guards, transaction
from webapp.models.accounts import passwords
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.mail import Mail
from webapp.models.accounts.sessions import Session
from webapp.models.accounts.users import Membership, User

JOIN = {
    "code": "482913",
    "first_name": "Carmen",
    "last_name": "Villarreal",
    "phone": "412-555-0166",
    "email": "Carmen@example.org",
    "password": PASSWORD,
    "zip": "16503",
    "language": "es",
}


async def test_amy_logs_in_and_is_home(cast: Cast, browse: Browser) -> None:
    await passwords.set_password(cast.amy.user, await passwords.hashed(PASSWORD))
    client = await browse()
    answer = await client.post("/login", data={"email": "AMY@example.org ", "password": PASSWORD})
    assert answer.headers["location"] == "/c/meyer"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie
    assert "Make a plan to vote" in (await client.get("/c/meyer/")).text


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


async def test_an_address_nobody_has_gets_the_same_answer_and_no_letter(cast: Cast, browse: Browser) -> None:
    answer = await (await browse()).post("/password-reset", data={"email": "nobody@example.org"})
    assert "on its way" in answer.text and await Mail.all().count() == 0


async def test_ready_asks_database_guards_and_valkey(cast: Cast, browse: Browser) -> None:
    answer = await (await browse()).get("/ready")
    assert answer.status_code == 200 and answer.json() == {
        "ready": True,
        "database": True,
        "guards": True,
        "valkey": True,
    }


async def test_ready_is_not_when_a_guard_is_missing(cast: Cast, browse: Browser) -> None:
    await transaction(lambda: database.rows("DROP INDEX one_contact"))
    try:
        answer = await (await browse()).get("/ready")
    finally:
        await transaction(guards.put_back)
    assert answer.status_code == 503 and answer.json()["guards"] is False
