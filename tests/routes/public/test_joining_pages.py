"""Coming into a campaign: looking before the letter, searching, invites, a second campaign, one's own e-mail
(SPEC V1, S9, S12, P1)."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.cast import PASSWORD, Cast
from tests.cast.newcomers import ANNA, PLACE, letter, member_of, set_campaign
from tests.cast.site import JOIN, OFFICE, Browser
from webapp import clock, config
from webapp.database import transaction
from webapp.models.accounts import passwords
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.mail import Mail
from webapp.models.accounts.passwords import PasswordLink
from webapp.models.accounts.users import User

pytestmark = pytest.mark.usefixtures("mail_server")


async def test_before_the_letter_a_newcomer_looks_and_does_nothing(cast: Cast, browse: Browser) -> None:
    carmen, here = await browse(), f"/c/meyer/actions/{cast.action.id}"
    await carmen.post("/join", data=JOIN)
    for path in ("/c/meyer/", here, "/c/meyer/account"):
        page = await carmen.get(path)
        assert page.status_code == 200 and "carmen@example.org" in page.text
        asked = re.findall(r'hx-get="([^"]+)"', page.text)
        assert {(await carmen.get(part)).status_code for part in asked} <= {200}, "no part of it leads away"
    assert f'action="{here}/buckets"' not in (await carmen.get(here)).text
    for path in ("/c/meyer/inbox", here + "/queue"):
        assert (await carmen.get(path)).headers["location"] == "/c/meyer/waiting"
    assert (await carmen.post(here + "/buckets")).headers["location"] == "/c/meyer/waiting"
    assert (await carmen.post(await letter("carmen@example.org"))).status_code == 303
    assert (await carmen.post(here + "/buckets")).headers["location"].endswith("/queue")


async def test_an_approval_does_not_stand_in_for_the_letter(cast: Cast, browse: Browser) -> None:
    await set_campaign(cast.meyer, approval_needed=True)
    carmen, gary = await browse(), await browse(cast.gary)
    await carmen.post("/join", data=JOIN)
    who, link = await member_of(cast.meyer), await letter("carmen@example.org")
    await gary.post(f"{OFFICE}/users/{who.id}/approval")
    told = await Mail.filter(to="carmen@example.org").order_by("-id").first()
    assert told and "aprobó tu cuenta" in told.subject and "Confirma tu correo" in told.text
    assert "carmen@example.org" in (await carmen.get("/c/meyer/")).text
    assert (await carmen.get("/c/meyer/inbox")).headers["location"] == "/c/meyer/waiting"
    page = (await gary.get(f"{OFFICE}/users/{who.id}")).text
    assert "can text once they open the link" in page and "/approval" not in page
    await gary.post(f"{OFFICE}/users/{who.id}/approval")
    assert not (await member_of(cast.meyer)).active, "a press on an old page changes nothing"
    await carmen.post(link)
    assert (await carmen.get("/c/meyer/inbox")).status_code == 200


async def test_a_newcomer_who_confirmed_first_texts_as_soon_as_staff_approve(cast: Cast, browse: Browser) -> None:
    await set_campaign(cast.meyer, approval_needed=True)
    carmen, gary = await browse(), await browse(cast.gary)
    await carmen.post("/join", data=JOIN)
    await carmen.post(await letter("carmen@example.org"))
    assert (await carmen.get("/c/meyer/inbox")).headers["location"] == "/c/meyer/waiting"
    await gary.post(f"{OFFICE}/users/{(await member_of(cast.meyer)).id}/approval")
    assert (await carmen.get("/c/meyer/inbox")).status_code == 200


async def test_without_a_mail_server_newcomers_wait_for_staff_and_look_meanwhile(cast: Cast, browse: Browser) -> None:
    config.use(replace(config.settings(), smtp_url=""))
    carmen, gary = await browse(), await browse(cast.gary)
    await carmen.post("/join", data=JOIN | PLACE)
    home = (await carmen.get("/c/meyer/")).text
    assert "An admin has to let you in" in home and "We wrote to" not in home
    assert "1 waiting for approval" in (await gary.get(OFFICE + "/users")).text
    await gary.post(f"{OFFICE}/users/{(await member_of(cast.meyer)).id}/approval")
    assert (await carmen.get("/c/meyer/inbox")).status_code == 200


async def test_the_waiting_page_goes_on_by_itself(cast: Cast, browse: Browser) -> None:
    await set_campaign(cast.meyer, approval_needed=True)
    carmen, gary = await browse(), await browse(cast.gary)
    await carmen.post("/join", data=JOIN)
    page, link = await carmen.get("/c/meyer/waiting"), await letter("carmen@example.org")
    again = "/c/meyer/waiting?unapproved"
    assert f'hx-get="{again}"' in page.text and "/live" in page.text
    asks = {"hx-request": "true", "hx-request-type": "partial"}
    assert "hx-redirect" not in (await carmen.get(again, headers=asks)).headers
    await gary.post(f"{OFFICE}/users/{(await member_of(cast.meyer)).id}/approval")
    assert (await carmen.get(again, headers=asks)).headers["hx-redirect"] == "/c/meyer", "to look around"
    page = await carmen.get("/c/meyer/waiting")
    assert 'hx-get="/c/meyer/waiting"' in page.text and "carmen@example.org" in page.text
    assert "hx-redirect" not in (await carmen.get("/c/meyer/waiting", headers=asks)).headers
    await carmen.post(link)
    assert (await carmen.get("/c/meyer/waiting", headers=asks)).headers["hx-redirect"] == "/c/meyer"


async def test_the_letter_is_sent_again_a_few_times_an_hour(cast: Cast, browse: Browser) -> None:
    carmen = await browse()
    await carmen.post("/join", data=JOIN)
    first = await letter("carmen@example.org")
    assert "We wrote to carmen@example.org" in (await carmen.post("/email")).text
    assert (await carmen.get(first)).status_code == 404, "a new letter ends the one before"
    answers = [(await carmen.post("/email")).status_code for _ in range(6)]
    assert answers[-1] == 429 and (await (await browse()).post("/email")).headers["location"].startswith("/login")


async def test_a_new_campaign_s_code_is_of_letters_where_nobody_approves(cast: Cast, browse: Browser) -> None:
    selina = await browse(cast.selina)
    form = {"name": "Meyer for Senate", "description": "", "broadcast_phone_number": ""}
    await set_campaign(cast.meyer, approval_needed=True)
    await selina.post(OFFICE + "/settings/info", data=form)
    code = (await Campaign.get(id=cast.meyer.id)).join_code
    assert re.fullmatch("[A-Z]{8}", code), "six digits go with approval only"
    answer = await (await browse()).post("/join", data={**JOIN, "code": code.lower()})
    assert answer.headers["location"] == "/c/meyer"
    await selina.post(OFFICE + "/settings/info", data={**form, "approval_needed": "1"})
    assert (await Campaign.get(id=cast.meyer.id)).join_code == code, "a stronger code stays"
    await selina.post(OFFICE + "/settings/join-codes")
    assert re.fullmatch("[0-9]{6}", (await Campaign.get(id=cast.meyer.id)).join_code)


async def test_a_campaign_is_found_by_its_name_only_where_it_wants_that(cast: Cast, browse: Browser) -> None:
    nobody = await browse()
    assert "No code?" not in (await nobody.get("/join")).text
    assert "campaign=meyer" not in (await nobody.get("/join?find=meyer")).text
    assert (await nobody.post("/join", data={**ANNA, "campaign": "meyer"})).status_code == 422
    await set_campaign(cast.meyer, searchable=True)
    assert "campaign=meyer" in (await nobody.get("/join?find=senate+MEYER")).text
    for words in ("ryan", "me", "%25%25%25", "___"):
        assert "campaign=" not in (await nobody.get(f"/join?find={words}")).text
    assert "Join Meyer for Senate" in (await nobody.get("/join?campaign=meyer")).text
    await nobody.post("/join", data={**ANNA, "campaign": "meyer"})
    assert (await nobody.get("/c/meyer/")).headers["location"] == "/c/meyer/waiting", (
        "staff approve whoever had no code"
    )


async def test_a_second_campaign_is_joined_with_the_login_one_has(cast: Cast, browse: Browser) -> None:
    amy, code = await browse(cast.amy), (await Campaign.get(id=cast.ryan.id)).join_code
    page = (await amy.get(f"/join?code={code}")).text
    assert "You are logged in as Amy" in page and 'name="password"' not in page and 'value="15213"' in page
    assert (await amy.post("/join", data={"code": code, "known": "1"})).status_code == 422
    answer = await amy.post("/join", data={"code": code, "known": "1", **PLACE})
    assert answer.headers["location"] == "/c/ryan"
    assert 'href="/campaigns"' in (await amy.get("/c/meyer/")).text
    mine = (await amy.get("/campaigns")).text
    assert "Meyer for Senate" in mine and "Ryan for Congress" in mine
    assert 'class="campaign" href="/campaigns"' not in (await (await browse(cast.dan)).get("/c/meyer/")).text
    assert (await (await browse()).get("/campaigns")).headers["location"].startswith("/login")


async def test_somebody_who_is_removed_comes_back_only_by_approval(cast: Cast, browse: Browser) -> None:
    gary, amy = await browse(cast.gary), await browse(cast.amy)
    await gary.post(f"{OFFICE}/users/{cast.amy.id}/removal")
    assert "Meyer" not in (await amy.get("/campaigns")).text
    await amy.post("/join", data={"code": "482913", "known": "1", **PLACE})
    assert (await amy.get("/c/meyer/")).headers["location"] == "/c/meyer/waiting"


async def test_an_e_mail_is_changed_by_a_letter_to_the_new_one_and_the_old_one_is_told(
    cast: Cast, browse: Browser
) -> None:
    await passwords.set_password(cast.amy.user, await passwords.hashed(PASSWORD))
    amy, reset = await browse(cast.amy), await PasswordLink.issue(cast.amy.user)
    form = {"new_email": "Amy@New.example", "password": PASSWORD}
    assert "We wrote to amy@new.example" in (await amy.post("/c/meyer/account/email", data=form)).text
    assert (await User.get(id=cast.amy.user_id)).email == "amy@example.org", "not before the letter"
    await transaction(lambda: User.filter(id=cast.amy.user_id).update(confirmed_at=clock.now() - timedelta(days=9)))
    assert (await amy.post(await letter("amy@new.example"))).status_code == 303
    assert "amy@new.example is confirmed" in (await amy.get("/c/meyer/")).text
    assert (await User.get(id=cast.amy.user_id)).email == "amy@new.example"
    told = await Mail.filter(to="amy@example.org").order_by("-id").first()
    assert told and "amy@new.example" in told.text
    assert await PasswordLink.of(reset) is None, "a link in the old mailbox opens nothing"


async def test_an_e_mail_is_not_changed_without_the_password_or_to_another_s(cast: Cast, browse: Browser) -> None:
    await passwords.set_password(cast.amy.user, await passwords.hashed(PASSWORD))
    amy = await browse(cast.amy)
    wrong = await amy.post("/c/meyer/account/email", data={"new_email": "amy@new.example", "password": "wrong"})
    assert wrong.status_code == 422 and not await Mail.exists()
    assert (await amy.post("/c/meyer/account/email", data={"new_email": "no", "password": PASSWORD})).status_code == 422
    same = await amy.post("/c/meyer/account/email", data={"new_email": "dan@example.org", "password": PASSWORD})
    assert "We wrote to dan@example.org" in same.text, "the page does not tell who has an account"
    answer = await amy.post(await letter("dan@example.org"))
    assert answer.status_code == 409 and (await User.get(id=cast.amy.user_id)).email == "amy@example.org"


async def test_whoever_came_for_a_page_is_led_to_it_and_to_no_other_site(cast: Cast, browse: Browser) -> None:
    path = f"/c/meyer/actions/{cast.action.id}"
    answer = await (await browse()).post("/join", data={**JOIN, "next": path})
    assert answer.headers["location"] == path
    for n, away in enumerate(("//evil.example", "https://evil.example", "/c/ryan/x", "/c/meyerx")):
        answer = await (await browse()).post("/join", data={**JOIN, "email": f"x{n}@example.org", "next": away})
        assert answer.headers["location"] == "/c/meyer"


async def test_the_office_s_own_address_is_for_staff(cast: Cast, browse: Browser) -> None:
    assert (await (await browse(cast.gary)).get(OFFICE)).status_code == 200
    assert (await (await browse(cast.amy)).get(OFFICE)).status_code == 404
