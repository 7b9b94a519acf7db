"""Users: approved, suspended, sent to an action."""

from __future__ import annotations

from tests.cast import Cast
from tests.cast.site import OFFICE, Browser, audited, make_action
from webapp.database import transaction
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
