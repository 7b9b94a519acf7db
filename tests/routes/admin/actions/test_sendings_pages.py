"""Send To User List, the action link in the office, and copies (SPEC A9, A10, R1)."""

from __future__ import annotations

import re

from tests.cast import Cast
from tests.cast.site import OFFICE, Browser, audited, here
from webapp.database import transaction
from webapp.models.accounts import teams
from webapp.models.accounts.teams import UserList
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import DRAFT, PRIVATE, Action, ActionUser
from webapp.models.actions.limits import ActionLimit
from webapp.models.actions.script import Script


async def texters(cast: Cast) -> UserList:
    """Amy and Dan."""
    made = await teams.create_list("Texters", cast.gary)
    await teams.add_members(made, [cast.amy, cast.dan], cast.gary)
    return made


async def draft(cast: Cast) -> None:
    await transaction(lambda: Action.filter(id=cast.action.id).update(state=DRAFT, published_at=None))


async def test_an_action_is_sent_to_a_user_list_and_is_private_then(cast: Cast, browse: Browser) -> None:
    await draft(cast)
    chosen, gary = await texters(cast), await browse(cast.gary)
    assert "Texters (2)" in (await gary.get(f"{here(cast)}/sendings")).text
    answer = await gary.post(f"{here(cast)}/sendings", data={"user_list": str(chosen.id)})
    assert answer.status_code == 200 and "Sent to 2 more users of “Texters”." in answer.text
    assert "Amy Brookheimer" in answer.text and "Dan Egan" in answer.text
    assert (await Action.get(id=cast.action.id)).state == PRIVATE
    assert "Make a plan" in (await (await browse(cast.amy)).get("/c/meyer/")).text
    again = await gary.post(f"{here(cast)}/sendings", data={"user_list": str(chosen.id)})
    assert "Sent to 0 more users of “Texters”. 2 had it already." in again.text
    assert await ActionUser.filter(action=cast.action).count() == 2


async def test_who_is_outside_the_limits_or_suspended_does_not_get_it_and_the_page_says_so(
    cast: Cast, browse: Browser
) -> None:
    await draft(cast)
    chosen = await texters(cast)
    await teams.add_members(chosen, [cast.selina], cast.gary)

    async def limit() -> None:
        await ActionLimit.create(action=cast.action, kind="state", value="PA")
        await Action.filter(id=cast.action.id).update(limited_by_place=True)
        await Membership.filter(id=cast.dan.id).update(zip="44101")
        await Membership.filter(id=cast.selina.id).update(suspended_at=cast.action.created_at)

    await transaction(limit)
    answer = await (await browse(cast.gary)).post(f"{here(cast)}/sendings", data={"user_list": str(chosen.id)})
    assert (
        "Sent to 1 more users" in answer.text
        and "Outside its limits, so they did not get it: Dan Egan (place)." in answer.text
    )
    [sent] = await ActionUser.filter(action=cast.action)
    assert sent.user_id == cast.amy.user_id


async def test_nothing_is_sent_without_a_list_of_ones_own_or_while_something_is_to_fix(
    cast: Cast, browse: Browser
) -> None:
    await draft(cast)
    chosen, gary = await texters(cast), await browse(cast.gary)
    for form in ({}, {"user_list": "x"}, {"user_list": ""}):
        answer = await gary.post(f"{here(cast)}/sendings", data=form)
        assert answer.status_code == 422 and "Choose a user list. Nothing was sent." in answer.text
    theirs = await teams.create_list("Theirs", cast.jonah)
    assert (await gary.post(f"{here(cast)}/sendings", data={"user_list": str(theirs.id)})).status_code == 404
    await transaction(lambda: Script.filter(id=cast.hello.id).update(archived_at=cast.action.created_at))
    answer = await gary.post(f"{here(cast)}/sendings", data={"user_list": str(chosen.id)})
    assert answer.status_code == 422 and "Not ready yet" in answer.text
    assert (await Action.get(id=cast.action.id)).state == DRAFT and not await ActionUser.exists(action=cast.action)


async def test_each_user_s_moments_are_shown(cast: Cast, browse: Browser) -> None:
    amy = await browse(cast.amy)
    await amy.get("/c/meyer/")
    rows = await ActionUser.filter(action=cast.action)
    assert rows[0].sent_at and not rows[0].seen_at
    await amy.get(f"/c/meyer/actions/{cast.action.id}")
    await amy.post(f"/c/meyer/actions/{cast.action.id}/buckets")
    [row] = await ActionUser.filter(action=cast.action)
    assert row.seen_at and row.started_at and not row.completed_at
    page = (await (await browse(cast.gary)).get(f"{here(cast)}/sendings")).text
    assert len(re.findall(r"Nov 24, 11:00 AM", page)) == 3


async def test_a_link_is_made_shown_with_its_qr_code_and_renewed(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    assert "Make a link" in (await gary.get(f"{here(cast)}/sendings")).text
    await gary.post(f"{here(cast)}/links")
    first = (await Action.get(id=cast.action.id)).link_token
    page = (await gary.get(f"{here(cast)}/sendings")).text
    assert f"http://texts.example/a/{first}" in page and "data:image/svg+xml" in page and "Copy the link" in page
    await gary.post(f"{here(cast)}/links")
    second = (await Action.get(id=cast.action.id)).link_token
    assert len(first) >= 20 and second not in ("", first) and await audited("action.link_renewed") == 2


async def test_a_copy_opens_for_editing(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    answer = await gary.post(f"{here(cast)}/copies")
    made = await Action.get(title="Make a plan to vote (copy)")
    assert answer.status_code == 303 and answer.headers["location"] == f"{OFFICE}/actions/{made.id}"
    assert (await gary.get(f"{OFFICE}/actions/{made.id}/publication")).status_code == 200
