"""A script filled in."""

from __future__ import annotations

from tests.cast import Cast
from webapp.database import transaction
from webapp.models.accounts import teams
from webapp.models.accounts.teams import UserList
from webapp.models.actions.script import Script
from webapp.models.scripts import rendering


async def test_a_team_s_code_is_filled_in_for_its_members_only(cast: Cast) -> None:
    team = await teams.create_team("East", cast.gary)
    await teams.add_members(await UserList.get(id=team.user_list_id), [cast.amy], cast.gary)
    script = await transaction(
        lambda: Script.create(action=cast.action, kind="response", name="T", body="Team ##{{ User.Team_Code }}")
    )
    talk = await cast.conversation()
    assert (
        await rendering.render(cast.meyer, script, cast.lisa, cast.amy.user, talk.id)
    ).text == f"Team {team.team_code}"
    assert (await rendering.render(cast.meyer, script, cast.lisa, cast.dan.user, talk.id)).unfilled == (
        "user.team_code",
    )
