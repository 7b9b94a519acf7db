"""Users: approved, suspended, sent to an action."""

from __future__ import annotations

import html
import re

import pytest

from tests.cast import Cast
from tests.cast.site import OFFICE, Browser, audited, make_action
from webapp.database import transaction
from webapp.models.accounts import teams, user_search
from webapp.models.accounts.mail import Mail
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import Action, ActionUser


async def test_a_draft_sent_to_hand_picked_users_is_private_to_them(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    action = await make_action(gary, cast)
    await gary.post(
        f"{OFFICE}/actions/{action}/scripts", data={"kind": "initial", "body": "Hi. Reply STOP to opt out."}
    )
    answer = await gary.post(OFFICE + "/users/sendings", data={"members": str(cast.amy.id), "action": str(action)})
    assert "was sent to 1 more" in answer.text
    assert (await Action.get(id=action)).state == "private"
    assert "Ballot cure" in (await (await browse(cast.amy)).get("/c/meyer/")).text
    dan = await browse(cast.dan)
    assert "Ballot cure" not in (await dan.get("/c/meyer/")).text
    assert (await dan.get(f"/c/meyer/actions/{action}")).status_code == 404
    assert await ActionUser.filter(action_id=action).count() == 1


async def test_a_draft_that_is_not_ready_is_not_sent(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    action = await make_action(gary, cast)
    answer = await gary.post(OFFICE + "/users/sendings", data={"members": str(cast.amy.id), "action": str(action)})
    assert answer.status_code == 422 and "not ready yet" in answer.text
    assert (await Action.get(id=action)).state == "draft"


async def test_a_waiting_volunteer_is_approved_and_told_by_mail(cast: Cast, browse: Browser) -> None:
    await transaction(lambda: Membership.filter(id=cast.amy.id).update(approved_at=None))
    gary = await browse(cast.gary)
    assert "1 waiting for approval" in (await gary.get(OFFICE + "/users")).text
    await gary.post(f"{OFFICE}/users/{cast.amy.id}/approval")
    assert (await Membership.get(id=cast.amy.id)).active
    assert (await Mail.get()).to == "amy@example.org" and await audited("user.approved") == 1


async def test_a_suspended_volunteer_is_out_at_once_and_can_come_back(cast: Cast, browse: Browser) -> None:
    gary, amy = await browse(cast.gary), await browse(cast.amy)
    await gary.post(f"{OFFICE}/users/{cast.amy.id}/suspension")
    assert (await amy.get("/c/meyer/inbox")).headers["location"] == "/c/meyer/waiting"
    await gary.post(f"{OFFICE}/users/{cast.amy.id}/suspension/end")
    assert (await amy.get("/c/meyer/inbox")).status_code == 200


async def test_nobody_suspends_an_owner_or_themselves(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    for who in (cast.selina, cast.gary):
        assert (await gary.post(f"{OFFICE}/users/{who.id}/suspension")).status_code == 422
        assert (await Membership.get(id=who.id)).active


async def test_a_filter_is_in_the_address_and_all_it_finds_get_the_action(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    page = (await gary.get(OFFICE + "/users?role=volunteer&q=d&col=phone&col=joined")).text
    assert "Dan Egan" in page and "Amy" not in page and "1 user" in page and "555-0177" in page
    await gary.post(OFFICE + "/users/sendings", data={"scope": "all", "filter": "role=volunteer", "action": "1"})
    assert await ActionUser.filter(action_id=cast.action.id).count() == 2
    everyone = await gary.get(OFFICE + "/users?all=1&role=volunteer")
    assert "All 2 selected" in everyone.text and 'name="filter" value="role=volunteer"' in everyone.text


async def test_selected_users_are_added_to_a_list(cast: Cast, browse: Browser) -> None:
    gary, group = await browse(cast.gary), await teams.create_list("Texters", cast.gary)
    form = {"user_list": str(group.id)}
    answer = await gary.post(OFFICE + "/users/places", data={**form, "scope": "all", "filter": "role=volunteer"})
    assert "2 users added to “Texters”" in answer.text
    assert 'name="filter" value="role=volunteer"' in answer.text and "selina@" not in answer.text, "the filter stays"
    again = await gary.post(OFFICE + "/users/places", data={**form, "members": [str(cast.amy.id), str(cast.jonah.id)]})
    assert "0 users added" in again.text and len(await group.members()) == 2
    assert (await gary.post(OFFICE + "/users/places", data=form)).status_code == 422
    theirs = await teams.create_list("Ryan's", cast.jonah)
    other = {"user_list": str(theirs.id), "members": str(cast.amy.id)}
    assert (await gary.post(OFFICE + "/users/places", data=other)).status_code == 404


async def test_a_list_of_many_is_shown_page_by_page(
    cast: Cast, browse: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(user_search, "PAGE", 2)
    gary = await browse(cast.gary)
    first = (await gary.get(OFFICE + "/users")).text
    assert "Select all 4" in first and "Selina Meyer" in first and "Dan Egan" not in first
    following = re.search(r'href="([^"]+after=\d+)"', first)[1]  # type: ignore[index]
    assert "Dan Egan" in (await gary.get(html.unescape(following))).text
