"""Coming into a campaign: looking before the letter, searching, invites, a second campaign, one's own e-mail
(SPEC V1, S9, S12, P1)."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.cast import PASSWORD, Cast
from tests.cast.site import JOIN, OFFICE, Browser, audited
from webapp import clock, config
from webapp.database import transaction
from webapp.models.accounts import passwords
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.mail import Mail
from webapp.models.accounts.passwords import PasswordLink
from webapp.models.accounts.users import Membership, User
from webapp.models.joining.invites import Invite

PLACE = {"zip": "16503", "language": "en"}
ANNA = {name: value for name, value in JOIN.items() if name != "code"}


@pytest.fixture(autouse=True)
def mail(cast: Cast) -> None:
    """There is a mail server."""
    config.use(replace(config.settings(), smtp_url="smtp://127.0.0.1:9"))


async def set_campaign(campaign: Campaign, **values: Any) -> None:
    await transaction(lambda: Campaign.filter(id=campaign.id).update(**values))


async def member_of(campaign: Campaign, email: str = "carmen@example.org") -> Membership:
    return await Membership.get(user__email=email, campaign=campaign).select_related("user")


async def letter(to: str) -> str:
    """The path of the link in the newest letter."""
    mail = await Mail.filter(to=to).order_by("-id").first()
    assert mail
    return re.search(r"http://texts.example(/\S+)", mail.text)[1]  # type: ignore[index]


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


async def test_an_approval_lets_a_newcomer_text_without_the_letter(cast: Cast, browse: Browser) -> None:
    carmen, gary = await browse(), await browse(cast.gary)
    await carmen.post("/join", data=JOIN)
    who = await member_of(cast.meyer)
    assert "waiting for approval" not in (await gary.get(OFFICE + "/users")).text
    assert "Carmen" in (await gary.get(OFFICE + "/users?status=unconfirmed")).text
    await gary.post(f"{OFFICE}/users/{who.id}/approval")
    assert (await carmen.get("/c/meyer/inbox")).status_code == 200
    assert (await User.get(id=who.user_id)).confirmed_at is None


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
    page = await carmen.get("/c/meyer/waiting")
    assert 'hx-get="/c/meyer/waiting"' in page.text and "/live" in page.text
    asks = {"hx-request": "true", "hx-request-type": "partial"}
    assert "hx-redirect" not in (await carmen.get("/c/meyer/waiting", headers=asks)).headers
    await gary.post(f"{OFFICE}/users/{(await member_of(cast.meyer)).id}/approval")
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


async def invited(cast: Cast, browse: Browser, **form: str) -> str:
    """The path of an invite that Selina makes."""
    selina = await browse(cast.selina)
    page = (await selina.post(OFFICE + "/invites", data=form)).text
    if email := form.get("email"):
        return await letter(email)
    return re.search(r'href="http://texts.example(/invite/[^"]+)"', page)[1]  # type: ignore[index]


async def test_an_invite_by_letter_brings_its_role_and_confirms_the_e_mail(cast: Cast, browse: Browser) -> None:
    path, nobody = await invited(cast, browse, role="admin", email="kent@example.org"), await browse()
    page = (await nobody.get(path)).text
    assert "Join Meyer for Senate" in page and "kent@example.org" in page and 'name="email"' not in page
    answer = await nobody.post(path, data={**ANNA, "email": "other@example.org"})
    assert answer.headers["location"] == "/c/meyer" and not await User.exists(email="other@example.org")
    kent = await member_of(cast.meyer, "kent@example.org")
    assert kent.role == "admin" and kent.active and kent.user.confirmed_at
    assert (await nobody.get(OFFICE + "/users")).status_code == 200
    assert (await (await browse()).get(path)).status_code == 404, "it is used"
    assert await audited("invite.made") == 1 == await audited("invite.used")


@pytest.mark.parametrize(
    ("chosen", "begins"),
    [("es", "te invita"), ("en", "invites you to"), ("", "invites you to"), ("xx", "invites you to")],
)
async def test_an_invite_is_written_in_the_language_that_was_chosen_for_it(
    cast: Cast, browse: Browser, chosen: str, begins: str
) -> None:
    selina = await browse(cast.selina)
    page = (await selina.get(OFFICE + "/invites")).text
    assert "Language of the e-mail" in page and page.count('name="language"') == 2
    form = {"role": "volunteer", "email": "kent@example.org", **({"language": chosen} if chosen else {})}
    assert (await selina.post(OFFICE + "/invites", data=form)).status_code == 200
    mail = await Mail.get(to="kent@example.org")
    assert begins in mail.subject and begins in mail.text and begins in mail.html


async def test_a_role_by_a_link_waits_for_the_letter_and_a_volunteer_does_not(cast: Cast, browse: Browser) -> None:
    await set_campaign(cast.meyer, approval_needed=True)
    nobody, other = await browse(), await browse()
    await nobody.post(await invited(cast, browse, role="admin"), data=ANNA)
    carmen = await member_of(cast.meyer)
    assert (carmen.role, carmen.raised_role) == ("volunteer", "admin") and carmen.active, "invited is approved"
    await nobody.post(await letter("carmen@example.org"))
    assert (await member_of(cast.meyer)).role == "admin"
    await other.post(await invited(cast, browse, role="volunteer"), data={**ANNA, "email": "bo@example.org"})
    assert (await other.get("/c/meyer/inbox")).status_code == 200


async def test_a_login_of_another_address_does_not_use_an_invite_by_letter(cast: Cast, browse: Browser) -> None:
    path, dan = await invited(cast, browse, role="owner", email="amy@example.org"), await browse(cast.dan)
    answer = await dan.post(path, data={"known": "1", **PLACE})
    assert answer.status_code == 422 and "for another e-mail" in answer.text
    amy = await browse(cast.amy)
    assert (await amy.post(path, data={"known": "1", **PLACE})).headers["location"] == "/c/meyer"
    assert (await Membership.get(id=cast.amy.id)).role == "owner"


@pytest.mark.parametrize("ends", ["withdrawn", "old", "maker"])
async def test_an_invite_ends(cast: Cast, browse: Browser, ends: str) -> None:
    path, selina = await invited(cast, browse, role="admin"), await browse(cast.selina)
    invite = await Invite.get()
    if ends == "withdrawn":
        assert "By link" in (await selina.get(OFFICE + "/invites")).text
        await selina.post(f"{OFFICE}/invites/{invite.id}/end")
        assert "By link" not in (await selina.get(OFFICE + "/invites")).text
    elif ends == "old":
        clock.freeze(clock.now() + timedelta(days=14))
    else:
        await transaction(lambda: Membership.filter(id=cast.selina.id).update(role="volunteer"))
    nobody = await browse()
    assert (await nobody.get(path)).status_code == 404
    answer = await nobody.post(path, data=ANNA)
    assert answer.status_code == 404 and "This invite has ended" in answer.text
    assert await User.with_email("carmen@example.org") is None


async def test_two_who_use_one_invite_at_once_are_not_both_in(cast: Cast, browse: Browser) -> None:
    path, browsers = await invited(cast, browse, role="volunteer"), [await browse() for _ in range(3)]
    forms = [{**ANNA, "email": f"p{n}@example.org"} for n in range(3)]
    answers = await asyncio.gather(*(b.post(path, data=form) for b, form in zip(browsers, forms, strict=True)))
    assert sorted(a.status_code for a in answers) == [303, 404, 404]
    assert await User.filter(email__startswith="p").count() == 1, "nothing of the others is stored"


async def test_an_admin_invites_no_owner(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    assert 'value="owner"' not in (await gary.get(OFFICE + "/invites")).text
    answer = await gary.post(OFFICE + "/invites", data={"role": "owner"})
    assert answer.status_code == 422 and "Only an owner" in answer.text and not await Invite.exists()
    assert (await gary.post(OFFICE + "/invites", data={"role": "chief"})).status_code == 422
    assert (await gary.post(OFFICE + "/invites", data={"role": "admin", "email": "no"})).status_code == 422


async def test_an_invite_does_not_lift_a_suspension(cast: Cast, browse: Browser) -> None:
    amy, gary = await browse(cast.amy), await browse(cast.gary)
    await gary.post(f"{OFFICE}/users/{cast.amy.id}/suspension")
    await amy.post(await invited(cast, browse, role="volunteer"), data={"known": "1", **PLACE})
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
