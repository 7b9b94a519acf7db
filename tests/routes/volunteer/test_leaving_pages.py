"""A volunteer leaves a campaign by themselves (SPEC P1, G2)."""

from __future__ import annotations

import pytest

from tests.cast import Cast, suspend
from tests.cast.site import FINE, JOIN, OFFICE, Browser, audited
from tests.cast.texting import says, texted
from webapp.database import transaction
from webapp.models.accounts import members, teams
from webapp.models.accounts.teams import UserList
from webapp.models.accounts.users import Membership
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import Message

LEAVING, YES = "/c/meyer/account/leaving", {"leave": "1"}


async def test_a_volunteer_leaves_and_what_they_held_is_for_others(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    await says(cast, "Who is this?")
    await cast.add_contact("+14125553001", first_name="Bo", zip="15213")
    await cast.add_contact("+14125553002", first_name="Cy", zip="15213")
    await cast.make()
    await cast.start(cast.amy)
    amy = await browse(cast.amy)
    assert f'href="{LEAVING}"' in (await amy.get("/c/meyer/account")).text
    asked = (await amy.get(LEAVING)).text
    assert "Leave Meyer for Senate?" in asked and "2 people you have not texted yet go to other volunteers." in asked
    assert "1 conversation goes to the admins." in asked and "cancelled" not in asked
    assert (await amy.post(LEAVING)).status_code == 422 and (await Membership.get(id=cast.amy.id)).active
    answer = await amy.post(LEAVING, data=YES)
    assert answer.headers["location"] == "/campaigns?said=left"
    assert "You have left the campaign." in (await amy.get("/campaigns?said=left")).text
    assert (await amy.get("/c/meyer/")).status_code == 404 and await audited("user.left") == 1
    assert not await Conversation.filter(user_id=cast.amy.user_id).exists()
    assert (await cast.conversation()).with_staff
    gary = await browse(cast.gary)
    assert "left the campaign" in (await gary.get(f"{OFFICE}/audit")).text
    assert "Removed" in (await gary.get(f"{OFFICE}/users/{cast.amy.id}")).text


async def test_a_queued_text_is_cancelled_and_its_person_goes_back(cast: Cast, browse: Browser) -> None:
    await cast.start(cast.amy)
    await cast.click(cast.amy)
    amy = await browse(cast.amy)
    assert "1 text that waits to be sent is cancelled." in (await amy.get(LEAVING)).text
    await amy.post(LEAVING, data=YES)
    assert [text.status for text in await Message.filter(direction="out")] == ["cancelled"]
    assert (await cast.conversation()).texted_at is None


async def test_the_only_volunteer_with_a_team_code_that_texts_name_is_told_to_tell_an_admin(
    cast: Cast, browse: Browser
) -> None:
    amy, team = await browse(cast.amy), await teams.create_team("Doors", cast.gary)
    await teams.add_members(await UserList.get(id=team.user_list_id), [cast.amy, cast.dan], cast.gary)
    await cast.hello.write("", FINE + " Team ##{{user.team_code}}", None)
    assert "nobody else has one" not in (await amy.get(LEAVING)).text, "Dan has one"
    await suspend(cast.dan)
    assert "nobody else has one" in (await amy.get(LEAVING)).text
    assert (await amy.post(LEAVING, data=YES)).status_code == 303


async def test_the_last_owner_stays(cast: Cast, browse: Browser) -> None:
    selina = await browse(cast.selina)
    page = await selina.get(LEAVING)
    assert "A campaign keeps one owner." in page.text and "<form" not in page.text.split("<main")[1]
    answer = await selina.post(LEAVING, data=YES)
    assert answer.status_code == 422 and (await Membership.get(id=cast.selina.id)).active
    await transaction(lambda: Membership.filter(id=cast.gary.id).update(role="owner"))
    assert (await selina.post(LEAVING, data=YES)).status_code == 303


async def test_whoever_is_suspended_does_not_come_back_as_a_newcomer(cast: Cast, browse: Browser) -> None:
    await suspend(cast.amy)
    amy = await browse(cast.amy)
    assert "Only an admin can take you off this campaign." in (await amy.get(LEAVING)).text
    assert (await amy.post(LEAVING, data=YES)).status_code == 422
    stored = await Membership.get(id=cast.amy.id)
    assert stored.suspended_at and stored.removed_at is None


async def test_whoever_comes_back_waits_for_approval(cast: Cast, browse: Browser) -> None:
    amy = await browse(cast.amy)
    await amy.post(LEAVING, data=YES)
    await amy.post("/join", data={"code": JOIN["code"], "known": "1", "zip": "15213", "language": "en"})
    again = await Membership.get(id=cast.amy.id)
    assert again.removed_at is None and again.approved_at is None


async def test_their_other_open_pages_are_told(cast: Cast, browse: Browser) -> None:
    told: list[int] = []
    members.access_changed.listeners.append(told.extend)
    try:
        await (await browse(cast.amy)).post(LEAVING, data=YES)
    finally:
        members.access_changed.listeners.remove(told.extend)
    assert told == [cast.amy.user_id]


@pytest.mark.parametrize("language", ["en", "es"])
async def test_the_page_asks_in_the_volunteer_s_language(cast: Cast, browse: Browser, language: str) -> None:
    await transaction(lambda: Membership.filter(id=cast.amy.id).update(language=language))
    asked = (await (await browse(cast.amy)).get(LEAVING)).text
    assert {"en": "Leave Meyer for Senate?", "es": "¿Salir de Meyer for Senate?"}[language] in asked
