"""Light or dark is chosen by a press, and kept by the browser."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.cast.site import Browser

ACCOUNT = "/c/meyer/account"


async def test_a_browser_keeps_the_look_that_was_chosen_until_it_follows_the_device_again(
    cast: Cast, browse: Browser
) -> None:
    amy = await browse(cast.amy, referer=f"http://texts.example{ACCOUNT}")
    answer = await amy.post("/look", data={"mode": "dark"})
    assert (answer.status_code, answer.headers["location"]) == (303, ACCOUNT)
    assert 'data-mode="dark"' in (await amy.get(ACCOUNT)).text
    await amy.post("/look", data={"mode": ""})
    assert "data-mode" not in (await amy.get(ACCOUNT)).text


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_link_or_a_browser_that_loads_ahead_changes_no_look(cast: Cast, browse: Browser, method: str) -> None:
    amy = await browse(cast.amy)
    answer = await amy.request(method, "/look?mode=dark")
    assert answer.status_code == 405 and "set-cookie" not in answer.headers
