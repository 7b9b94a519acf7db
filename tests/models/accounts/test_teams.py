"""Lists of users."""

from __future__ import annotations

from tests.cast import Cast
from webapp.models.accounts import teams


async def test_a_user_list_gives_its_members(cast: Cast) -> None:
    group = await teams.make_list(cast.meyer, "Texters")
    assert await group.put([cast.amy, cast.dan]) == 2 and await group.put([cast.amy]) == 0
    await group.drop(cast.dan)
    assert [m.user_id for m in await group.members()] == [cast.amy.user_id]
    assert await teams.sizes([group.id]) == {group.id: 1}
