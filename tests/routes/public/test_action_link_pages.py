"""An action's link leads through sign-up or log-in to that very action (SPEC A10)."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from tests.cast import PASSWORD, Cast
from tests.cast.site import OFFICE, PARTIAL, Browser
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts import passwords
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.mail import Mail
from webapp.models.accounts.users import Membership, User
from webapp.models.actions import action_link
from webapp.models.actions.action import PRIVATE, Action, ActionUser
from webapp.models.actions.limits import ActionLimit

NEWCOMER = {
    "first_name": "Mike",
    "last_name": "McLintock",
    "phone": "412-555-0142",
    "email": "mike@example.org",
    "password": "boat shoes in the rain",
    "zip": "15213",
    "language": "en",
}


async def link(cast: Cast, **values: Any) -> str:
    """Of the cast's action, private so that only its link opens it."""
    action = await Action.get(id=cast.action.id).select_related("campaign")
    await action_link.renew(action, cast.gary)
    await transaction(lambda: Action.filter(id=action.id).update(**{"state": PRIVATE, **values}))
    return f"/a/{action.link_token}"


async def test_a_stranger_signs_up_and_sees_that_action_next(cast: Cast, browse: Browser) -> None:
    path, mike = await link(cast), await browse()
    page = (await mike.get(path)).text
    assert "Join Meyer for Senate" in page and 'name="code"' not in page and f"/login?next={path}" in page
    answer = await mike.post(path, data=NEWCOMER)
    assert answer.status_code == 303 and answer.headers["location"] == path
    answer = await mike.get(path)
    assert answer.headers["location"] == f"/c/meyer/actions/{cast.action.id}"
    assert "Make a plan to vote" in (await mike.get(answer.headers["location"])).text
    row = await ActionUser.get(user__email="mike@example.org")
    assert row.sent_at and row.seen_at


async def test_a_form_that_comes_back_keeps_what_was_typed(cast: Cast, browse: Browser) -> None:
    path = await link(cast)
    for form in (NEWCOMER | {"phone": "x"}, {}):
        answer = await (await browse()).post(path, data=form)
        assert answer.status_code == 422 and 'name="code"' not in answer.text
    assert not await User.exists(email="mike@example.org")


async def test_a_member_of_another_campaign_joins_with_the_login_they_have(cast: Cast, browse: Browser) -> None:
    path, jonah = await link(cast), await browse(cast.jonah)
    assert "You are logged in as Jonah Ryan" in (await jonah.get(path)).text
    answer = await jonah.post(path, data={"known": "1", "zip": "15213", "language": "en"})
    assert answer.headers["location"] == path
    assert (await jonah.get(path)).headers["location"] == f"/c/meyer/actions/{cast.action.id}"


async def test_who_has_an_account_logs_in_and_sees_it_next(cast: Cast, browse: Browser) -> None:
    path, hashed = await link(cast), await passwords.hashed(PASSWORD)
    await transaction(lambda: User.filter(id=cast.amy.user_id).update(password_hash=hashed))
    amy = await browse()
    answer = await amy.post("/login", data={"email": "amy@example.org", "password": PASSWORD, "next": path})
    assert answer.status_code == 303 and answer.headers["location"] == path
    assert (await amy.get(path)).headers["location"] == f"/c/meyer/actions/{cast.action.id}"


async def test_a_member_who_is_logged_in_is_there_at_once_and_a_second_time_changes_nothing(
    cast: Cast, browse: Browser
) -> None:
    path, amy = await link(cast), await browse(cast.amy)
    assert (await amy.get(f"/c/meyer/actions/{cast.action.id}")).status_code == 404
    for _ in range(2):
        assert (await amy.get(path)).headers["location"] == f"/c/meyer/actions/{cast.action.id}"
    assert (await amy.get(f"/c/meyer/actions/{cast.action.id}")).status_code == 200
    assert await ActionUser.filter(action=cast.action).count() == 1


async def test_approval_still_applies_and_the_action_is_there_afterwards(cast: Cast, browse: Browser) -> None:
    path, mike = await link(cast), await browse()
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(approval_needed=True))
    await mike.post(path, data=NEWCOMER)
    assert (await mike.get(path)).headers["location"] == "/c/meyer/waiting"
    assert "Make a plan" not in (await mike.get(f"/c/meyer/actions/{cast.action.id}")).text
    member, gary = await Membership.get(user__email="mike@example.org"), await browse(cast.gary)
    await gary.post(f"{OFFICE}/users/{member.id}/approval")
    here = f"/c/meyer/actions/{cast.action.id}"
    assert (await mike.get("/c/meyer/waiting", headers=PARTIAL)).headers["hx-redirect"] == here
    assert f"http://texts.example{here}" in (await Mail.filter(to="mike@example.org").order_by("-id"))[0].text
    assert "Make a plan to vote" in (await mike.get("/c/meyer/")).text


async def test_whoever_confirms_their_e_mail_goes_on_to_that_action_until_they_have_started_it(
    cast: Cast, browse: Browser
) -> None:
    path, mike = await link(cast), await browse()
    await mike.post(path, data=NEWCOMER)
    await mike.get(path)
    letter = re.search(r"/email/\S+", (await Mail.filter(to="mike@example.org").first()).text)  # type: ignore[union-attr]
    assert letter
    here = f"/c/meyer/actions/{cast.action.id}"
    assert (await mike.post(letter[0])).headers["location"] == here
    assert "mike@example.org is confirmed" in (await mike.get(here)).text
    clock.freeze(clock.now() + timedelta(minutes=1))
    assert "is confirmed" not in (await mike.get(here)).text
    assert (await mike.get("/")).headers["location"] == here
    await mike.post(here + "/buckets")
    assert (await mike.get("/")).headers["location"] == "/c/meyer"


async def test_an_action_that_closed_meanwhile_is_no_page_to_go_on_to(cast: Cast, browse: Browser) -> None:
    path, mike = await link(cast), await browse()
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(approval_needed=True))
    await mike.post(path, data=NEWCOMER)
    await mike.get(path)
    await transaction(lambda: Action.filter(id=cast.action.id).update(archived_at=clock.now()))
    await (await Membership.get(user__email="mike@example.org")).approve()
    assert (await mike.get("/c/meyer/waiting")).headers["location"] == "/c/meyer"


async def test_limits_still_apply(cast: Cast, browse: Browser) -> None:
    path, amy = await link(cast, limited_by_place=True), await browse(cast.amy)
    await transaction(lambda: ActionLimit.create(action=cast.action, kind="state", value="OH"))
    answer = await amy.get(path)
    assert answer.status_code == 200 and "volunteers of another place or language" in answer.text
    assert "Make a plan" not in answer.text and not await ActionUser.exists(action=cast.action)


async def test_a_draft_is_told_to_come_and_shows_up_once_it_is_published(cast: Cast, browse: Browser) -> None:
    path, amy = await link(cast, state="draft"), await browse(cast.amy)
    assert "Not open yet" in (await amy.get(path)).text
    await transaction(lambda: Action.filter(id=cast.action.id).update(state=PRIVATE))
    assert "Make a plan to vote" in (await amy.get("/c/meyer/")).text


@pytest.mark.parametrize("what", ["renewed", "archived", "another", "long"])
async def test_a_link_that_is_none_any_more_opens_nothing(cast: Cast, browse: Browser, what: str) -> None:
    path, amy = await link(cast), await browse(cast.amy)
    if what == "renewed":
        await link(cast)
    elif what == "archived":
        await link(cast, archived_at=clock.now())
    tried = {"another": "/a/x", "long": "/a/" + "x" * 500}.get(what, path)
    assert (await amy.get(tried)).status_code == 404
    assert (await (await browse()).get(tried)).status_code == 404
    assert (await (await browse()).post(tried, data=NEWCOMER)).status_code == 404
    assert not await User.exists(email="mike@example.org")


async def test_a_suspended_member_gets_no_further(cast: Cast, browse: Browser) -> None:
    path, amy = await link(cast), await browse(cast.amy)
    await transaction(lambda: Membership.filter(id=cast.amy.id).update(suspended_at=clock.now()))
    assert (await amy.get(path)).headers["location"] == "/c/meyer/waiting"
