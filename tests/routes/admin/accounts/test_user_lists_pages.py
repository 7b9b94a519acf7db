"""Lists of users and teams."""

from __future__ import annotations

from tests.cast import Cast
from tests.cast.site import OFFICE, Browser
from webapp.models.accounts import teams


async def test_user_lists_refuse_a_name_that_is_there(cast: Cast, browse: Browser) -> None:
    await teams.create_list("Texters", cast.gary)
    gary = await browse(cast.gary)
    assert (await gary.post(OFFICE + "/user-lists", data={"name": "Texters", "kind": "list"})).status_code == 422
    assert (await gary.post(OFFICE + "/user-lists", data={"name": "", "kind": "list"})).status_code == 422
