"""Lists of users and teams."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.cast.site import FINE, OFFICE, Browser
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts import teams
from webapp.models.accounts.teams import UserList
from webapp.models.accounts.users import Membership


async def test_user_lists_refuse_a_name_that_is_there(cast: Cast, browse: Browser) -> None:
    await teams.create_list("Texters", cast.gary)
    gary = await browse(cast.gary)
    assert (await gary.post(OFFICE + "/user-lists", data={"name": "Texters", "kind": "list"})).status_code == 422
    assert (await gary.post(OFFICE + "/user-lists", data={"name": "", "kind": "list"})).status_code == 422


async def make_list(cast: Cast) -> tuple[UserList, str]:
    group = await teams.create_list("Texters", cast.gary)
    return group, f"{OFFICE}/user-lists/{group.id}"


async def test_pasted_lines_and_a_file_fill_a_list_and_who_is_not_found_is_named(cast: Cast, browse: Browser) -> None:
    gary, (group, here) = await browse(cast.gary), await make_list(cast)
    await cast.dan.user.change(phone="+14125550188")
    sent = {"pasted": "amy@example.org\nnobody@example.org\n"}
    file = {"file": ("p.csv", b"Name,Phone\nDan,412-555-0188\nBoth,412-555-0177\nJonah,jonah@example.org\n")}
    answer = await gary.post(here + "/uploads", data=sent, files=file)
    assert answer.status_code == 200 and "2 users added" in answer.text
    assert [m.id for m in await group.members()] == [cast.amy.id, cast.dan.id]
    for missing in ("nobody@example.org", "jonah@example.org", "Several users have this phone"):
        assert missing in answer.text
    again = await gary.post(here + "/uploads", data={"pasted": "AMY@example.org"})
    assert "0 users added" in again.text and "1 was on the list already" in again.text


@pytest.mark.parametrize(
    ("file", "why"),
    [(b"", "Paste e-mails"), (b"PK\x03\x04xx", "Save it as CSV"), (b"a@b.co\n" * 220_000, "too large")],
    ids=["empty", "workbook", "large"],
)
async def test_what_is_no_list_of_people_is_refused(cast: Cast, browse: Browser, file: bytes, why: str) -> None:
    gary, (group, here) = await browse(cast.gary), await make_list(cast)
    answer = await gary.post(here + "/uploads", files={"file": ("x.csv", file)})
    assert answer.status_code == 422 and why in answer.text and await group.members() == []


async def test_a_list_is_filled_and_emptied_from_all_users(cast: Cast, browse: Browser) -> None:
    gary, (group, here) = await browse(cast.gary), await make_list(cast)
    await gary.post(here + "/members", data={"members": [str(cast.amy.id), str(cast.dan.id), str(cast.jonah.id)]})
    assert f'href="{OFFICE}/users?list={group.id}"' in (await gary.get(here)).text
    shown = (await gary.get(f"{OFFICE}/users?list={group.id}&all=1")).text
    assert "Take off this list" in shown and "All 2 selected" in shown
    form = {"off_list": str(group.id), "scope": "all", "filter": f"list={group.id}&q=dan"}
    assert "1 user taken off “Texters”" in (await gary.post(OFFICE + "/users/places/end", data=form)).text
    assert [m.id for m in await group.members()] == [cast.amy.id]
    theirs = await teams.create_list("Ryan's", cast.jonah)
    other = {"off_list": str(theirs.id), "members": str(cast.amy.id)}
    assert (await gary.post(OFFICE + "/users/places/end", data=other)).status_code == 404


async def test_members_see_their_team_with_its_code_and_no_other(cast: Cast, browse: Browser) -> None:
    team, other = await teams.create_team("Erie", cast.gary), await teams.create_team("Scranton", cast.gary)
    users = await UserList.get(id=team.user_list_id)
    await teams.add_members(users, [cast.amy, cast.dan], cast.gary)
    await teams.add_members(await UserList.get(id=other.user_list_id), [cast.gary], cast.gary)
    page = (await (await browse(cast.amy)).get("/c/meyer/teams")).text
    assert team.team_code in page and "Dan Egan" in page and "Scranton" not in page and "dan@example.org" not in page
    await transaction(lambda: Membership.filter(id=cast.dan.id).update(suspended_at=clock.now()))
    assert "Dan Egan" not in (await (await browse(cast.amy)).get("/c/meyer/teams")).text
    assert "No team yet" in (await (await browse(cast.selina)).get("/c/meyer/teams")).text


@pytest.mark.parametrize("how", ["taken off", "taken off in All Users", "archived"])
async def test_the_last_team_code_that_texts_name_is_kept(cast: Cast, browse: Browser, how: str) -> None:
    gary, team = await browse(cast.gary), await teams.create_team("Doors", cast.gary)
    there = f"{OFFICE}/user-lists/{team.user_list_id}"
    await gary.post(there + "/members", data={"members": [str(cast.amy.id), str(cast.dan.id)]})
    await cast.hello.write("", FINE + " Team ##{{user.team_code}}", None)
    assert "name the team code" in (await gary.get(there)).text
    off = f"{there}/members/%s/end"
    assert (await gary.post(off % cast.dan.id)).status_code == 303, "Amy has a code still"
    form = {"off_list": str(team.user_list_id), "members": [str(cast.amy.id)]}
    ways = {
        "taken off": (off % cast.amy.id, {}),
        "taken off in All Users": (OFFICE + "/users/places/end", form),
        "archived": (there + "/archive", {}),
    }
    path, fields = ways[how]
    refused = await gary.post(path, data=fields)
    assert refused.status_code == 422 and "nobody would have one any more" in refused.text
    assert await teams.code_of(cast.meyer.id, cast.amy.user_id) == team.team_code
    await cast.hello.write("", FINE, None)
    assert (await gary.post(path, data=fields)).status_code in (200, 303)
    assert await teams.code_of(cast.meyer.id, cast.amy.user_id) is None


@pytest.mark.parametrize("what", ["suspension", "removal"])
async def test_who_alone_has_a_team_code_that_texts_name_leaves_with_a_warning(
    cast: Cast, browse: Browser, what: str
) -> None:
    """It is said, and never refused: whoever does harm has to go at once."""
    gary, team = await browse(cast.gary), await teams.create_team("Doors", cast.gary)
    group, path = await UserList.get(id=team.user_list_id), f"{OFFICE}/users/{cast.amy.id}/{what}"
    await teams.add_members(group, [cast.amy, cast.dan], cast.gary)
    said = "nobody else has one"
    assert said not in (await gary.get(path)).text, "no text names it"
    await cast.hello.write("", FINE + " Team ##{{user.team_code}}", None)
    assert said not in (await gary.get(path)).text, "Dan has one"
    await transaction(lambda: Membership.filter(id=cast.dan.id).update(suspended_at=clock.now()))
    assert said in (await gary.get(path)).text
    assert said not in (await gary.get(f"{OFFICE}/users/{cast.selina.id}/{what}")).text, "she has none"
    assert (await gary.post(path)).status_code == 303
    assert not (await Membership.get(id=cast.amy.id)).active
