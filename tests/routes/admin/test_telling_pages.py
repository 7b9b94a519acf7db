"""Tell people: the office's form and its pages (SPEC P2, R4)."""

from __future__ import annotations

import html
import re
import uuid

import pytest

from tests.cast import Cast, suspend
from tests.cast.notices import became, told
from tests.cast.site import OFFICE, PARTIAL, Browser
from webapp.database import transaction
from webapp.models.accounts import teams
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import PRIVATE, Action, ActionUser
from webapp.models.notices import telling
from webapp.models.notices.notice import EMAIL, Notice
from webapp.models.notices.telling import Told


def form(**values: object) -> dict[str, object]:
    return {"kind": "message", "title": "Tonight", "body": "Six", "client_id": str(uuid.uuid4()), **values}


async def test_a_message_goes_to_those_who_were_ticked(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    page = await gary.get(f"{OFFICE}/notices/new", params={"members": [cast.amy.id, cast.dan.id], "action": "1"})
    assert "To 2 users:" in page.text and "Amy Brookheimer, Dan Egan" in page.text
    answer = await gary.post(f"{OFFICE}/notices", data=form(members=[str(cast.amy.id), str(cast.dan.id)]))
    notice = await Notice.get()
    assert answer.status_code == 303 and answer.headers["location"] == f"{OFFICE}/notices/{notice.id}"
    assert set(await became(notice)) == {"Amy", "Dan"} and (notice.title, notice.user_id) == (
        "Tonight",
        cast.gary.user_id,
    )


async def test_a_user_list_is_told_as_a_whole(cast: Cast, browse: Browser) -> None:
    gary, group = await browse(cast.gary), await teams.create_list("Texters", cast.gary)
    await teams.add_members(group, [cast.amy], cast.gary)
    assert "/notices/new?list=" in (await gary.get(f"{OFFICE}/user-lists/{group.id}")).text
    await gary.post(f"{OFFICE}/notices", data=form(kind="email", list=str(group.id)))
    notice = await Notice.get()
    assert (notice.kind, notice.whom, notice.total) == (EMAIL, "Texters", 1)


async def test_without_a_choice_everybody_who_may_text_is_told(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    await transaction(lambda: Membership.filter(id=cast.dan.id).update(approved_at=None))
    await gary.post(f"{OFFICE}/notices", data=form(scope="all"))
    assert set(await became(await Notice.get())) == {"Selina", "Gary", "Amy"}


async def test_an_action_is_sent_and_told(cast: Cast, browse: Browser) -> None:
    await transaction(lambda: Action.filter(id=cast.action.id).update(state=PRIVATE))
    gary = await browse(cast.gary)
    page = await gary.get(f"{OFFICE}/notices/new?kind=action&members={cast.amy.id}")
    assert "Make a plan to vote" in page.text
    await gary.post(
        f"{OFFICE}/notices", data=form(kind="action", members=str(cast.amy.id), action=str(cast.action.id), title="")
    )
    notice = await Notice.get()
    assert (notice.title, notice.action_id) == ("Make a plan to vote", cast.action.id)
    assert await ActionUser.filter(user_id=cast.amy.user_id, action_id=cast.action.id).exists()


async def test_an_action_is_told_to_those_alone_who_did_not_have_it(cast: Cast, browse: Browser) -> None:
    await transaction(lambda: Action.filter(id=cast.action.id).update(state=PRIVATE))
    gary, asked = await browse(cast.gary), {"kind": "action", "action": str(cast.action.id)}
    await gary.post(f"{OFFICE}/notices", data=form(**asked, members=str(cast.amy.id)))
    await gary.post(f"{OFFICE}/notices", data=form(**asked, members=[str(cast.amy.id), str(cast.dan.id)]))
    newest = await Notice.all().order_by("-id").first()
    assert newest and await became(newest) == {"Dan": ("waiting", "")}
    again = await gary.post(f"{OFFICE}/notices", data=form(**asked, members=str(cast.amy.id)))
    assert again.status_code == 422 and "have it already" in again.text and await Notice.all().count() == 2


async def test_send_action_in_all_users_tells_them_too(cast: Cast, browse: Browser) -> None:
    await transaction(lambda: Action.filter(id=cast.action.id).update(state=PRIVATE))
    gary = await browse(cast.gary)
    await gary.post(f"{OFFICE}/users/sendings", data={"members": str(cast.amy.id), "action": str(cast.action.id)})
    notice = await Notice.get()
    assert (notice.kind, notice.whom) == ("action", "selected users") and set(await became(notice)) == {"Amy"}


async def test_all_that_a_filter_finds_are_told(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    page = (await gary.get(f"{OFFICE}/notices/new?scope=all&filter=role%3Dvolunteer")).text
    assert "To 2 users:" in page and "all that the filters find" in page
    await gary.post(f"{OFFICE}/notices", data=form(scope="all", filter="role=volunteer"))
    assert set(await became(await Notice.get())) == {"Amy", "Dan"}


async def test_an_action_s_page_leads_to_those_who_did_not_start(cast: Cast, browse: Browser) -> None:
    await ActionUser.mark([cast.action.id], cast.amy.user_id, "started_at")
    await ActionUser.mark([cast.action.id], cast.dan.user_id)
    gary = await browse(cast.gary)
    page = (await gary.get(f"{OFFICE}/actions/{cast.action.id}/sendings")).text
    [link] = [one for one in re.findall(r'href="([^"]*notices/new[^"]*)"', page) if "not_started" in one]
    asked = (await gary.get(html.unescape(link))).text
    hidden = dict(re.findall(r'<input type="hidden" name="(filter|scope)" value="([^"]*)"', asked))
    assert hidden["scope"] == "all" and "step=not_started" in html.unescape(hidden["filter"]) and "To " in asked
    await gary.post(f"{OFFICE}/notices", data=form(**{name: html.unescape(value) for name, value in hidden.items()}))
    assert "Amy" not in await became(await Notice.get()) and "Dan" in await became(await Notice.get())


@pytest.mark.parametrize("kind", ["message", "action"])
async def test_the_same_form_twice_tells_once(cast: Cast, browse: Browser, kind: str) -> None:
    once = form(members=str(cast.amy.id), kind=kind, action=str(cast.action.id))
    gary = await browse(cast.gary)
    answers = [await gary.post(f"{OFFICE}/notices", data=once) for _ in range(2)]
    assert len({answer.headers["location"] for answer in answers}) == 1 and await Notice.all().count() == 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"title": ""}, "Title is missing."),
        ({"body": ""}, "There is no text yet. Nothing was sent."),
        ({"kind": "push", "body": "x" * 401}, "may have 400 characters"),
        ({"kind": "email", "title": ""}, "Subject is missing."),
        ({"kind": "action"}, "Action: a whole number"),
        ({"members": "999999"}, "Nobody of these may text now"),
        ({"kind": "fax"}, "Kind: choose one of the options."),
    ],
)
async def test_what_is_missing_is_said_and_what_was_typed_kept(
    cast: Cast, browse: Browser, change: dict[str, str], sentence: str
) -> None:
    gary = await browse(cast.gary)
    answer = await gary.post(f"{OFFICE}/notices", data=form(members=str(cast.amy.id)) | change)
    assert answer.status_code == 422 and sentence in answer.text and not await Notice.all().exists()
    if change.get("title") != "" and change.get("kind") != "action":
        assert 'value="Tonight"' in answer.text


async def test_an_empty_form_sends_nothing(cast: Cast, browse: Browser) -> None:
    assert (await (await browse(cast.gary)).post(f"{OFFICE}/notices", data={})).status_code == 422
    assert not await Notice.all().exists()


async def test_the_page_of_a_notice_shows_what_became_of_each(cast: Cast, browse: Browser) -> None:
    gary, notice = await browse(cast.gary), await told(cast.gary, [cast.amy, cast.dan], EMAIL)
    claimed = await telling.claim(notice.id, 5)
    await telling.note(notice.id, [Told(claimed[0].id), Told(claimed[1].id, "refused", "550 No such user")])
    await telling.finish(notice.id)
    page = (await gary.get(f"{OFFICE}/notices/{notice.id}")).text
    assert "Refused:" in page and "550 No such user" in page and 'rel="noreferrer">https://a.example/x' in page
    failed = (await gary.get(f"{OFFICE}/notices/{notice.id}?show=failed", headers=PARTIAL)).text
    assert "Dan Egan" in failed and "Amy Brookheimer" not in failed and "<html" not in failed
    assert "Tonight" in (await gary.get(f"{OFFICE}/notices")).text


async def test_the_rest_of_a_notice_can_be_cancelled(cast: Cast, browse: Browser) -> None:
    gary, notice = await browse(cast.gary), await told(cast.gary, [cast.amy, cast.dan])
    await telling.claim(notice.id, 1)
    await gary.post(f"{OFFICE}/notices/{notice.id}/cancellation")
    assert (await Notice.get(id=notice.id)).cancelled
    assert "Not told" in (await gary.get(f"{OFFICE}/notices/{notice.id}")).text


async def test_another_campaign_s_notice_and_list_are_not_there(cast: Cast, browse: Browser) -> None:
    notice, group = await told(cast.gary, [cast.amy]), await teams.create_list("Texters", cast.gary)
    jonah, ryan = await browse(cast.jonah), "/c/ryan/admin/notices"
    assert (await jonah.get(f"{ryan}/{notice.id}")).status_code == 404
    assert (await jonah.post(f"{ryan}/{notice.id}/cancellation")).status_code == 404
    assert (await jonah.get(f"{ryan}/new?list={group.id}")).status_code == 404
    answer = await jonah.post(ryan, data=form(members=str(cast.amy.id)))
    assert answer.status_code == 422 and await Notice.all().count() == 1


async def test_whoever_chose_somebody_who_may_not_text_never_writes_to_everybody(cast: Cast, browse: Browser) -> None:
    await suspend(cast.amy)
    gary = await browse(cast.gary)
    page = await gary.get(f"{OFFICE}/notices/new", params={"members": str(cast.amy.id)})
    assert f'name="members" value="{cast.amy.id}"' in page.text and "all users" not in page.text
    without = {name: value for name, value in form().items() if name not in ("members", "scope")}
    answer = await gary.post(f"{OFFICE}/notices", data=without)
    assert answer.status_code == 422 and "Nobody of these may text now" in answer.text
