"""Lists of users."""

from __future__ import annotations

from tests.cast import Cast
from webapp.models.accounts import teams


async def test_a_user_list_gives_its_members(cast: Cast) -> None:
    group = await teams.create_list("Texters", cast.gary)
    assert await teams.add_members(group, [cast.amy, cast.dan], cast.gary) == 2
    assert await teams.add_members(group, [cast.amy], cast.gary) == 0
    await teams.remove_member(group, cast.dan, cast.gary)
    assert [m.user_id for m in await group.members()] == [cast.amy.user_id]
    assert await teams.sizes([group.id]) == {group.id: 1}
