"""Invited to a campaign, by letter or by a link (SPEC S9, P1)."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

import pytest

from tests.cast import Cast
from tests.cast.newcomers import ANNA, PLACE, letter, member_of, set_campaign
from tests.cast.site import OFFICE, Browser, audited
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts.mail import Mail
from webapp.models.accounts.users import Membership, User
from webapp.models.joining.invites import Invite

pytestmark = pytest.mark.usefixtures("mail_server")


async def invited(cast: Cast, browse: Browser, **form: str) -> str:
    """The path of an invite that Selina makes."""
    selina = await browse(cast.selina)
    page = (await selina.post(OFFICE + "/invites", data=form)).text
    if email := form.get("email"):
        return await letter(email)
    return re.search(r'value="http://texts.example(/invite/[^"]+)"', page)[1]  # type: ignore[index]


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


async def test_a_newcomer_by_a_link_waits_for_the_letter_and_so_does_the_role(cast: Cast, browse: Browser) -> None:
    await set_campaign(cast.meyer, approval_needed=True)
    nobody, other = await browse(), await browse()
    await nobody.post(await invited(cast, browse, role="admin"), data=ANNA)
    carmen = await member_of(cast.meyer)
    assert (carmen.role, carmen.raised_role, carmen.active) == ("volunteer", "admin", False)
    waits = "Confirma tu correo y podrás empezar."
    assert waits in (await nobody.get("/c/meyer")).text
    await nobody.post(await letter("carmen@example.org"))
    carmen = await member_of(cast.meyer)
    assert carmen.role == "admin" and carmen.active, "an invite needs no approval"
    assert waits not in (await nobody.get("/c/meyer/account")).text
    await other.post(await invited(cast, browse, role="volunteer"), data={**ANNA, "email": "bo@example.org"})
    assert (await other.get("/c/meyer/inbox")).headers["location"] == "/c/meyer/waiting"
    await other.post(await letter("bo@example.org"))
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
