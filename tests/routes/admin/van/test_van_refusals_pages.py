"""The table of VAN's refusals: each says in a sentence what is wrong, shows no key, and nothing is stored (SPEC B3)."""

from __future__ import annotations

import html

import pytest

from tests.cast import Cast
from tests.cast.site import OFFICE, Browser
from tests.cast.van import connects
from webapp.models.van import mapping, places
from webapp.models.van.connection import VanConnection
from webapp.models.van.mapping import VanMapping
from webapp.simulator.van.store import KEY, Store

VAN = OFFICE + "/van"
LIKE_A_KEY = "22222222-3333-4444-5555-666666666666"
FIRST = {"key": LIKE_A_KEY, "mode": "1", "name": "", "states": ""}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"key": ""}, "The API key is missing."),
        ({"key": f"{LIKE_A_KEY}|1"}, "take it from VAN without the mode"),
        ({"key": "k" * 201}, "This is no API key"),
        ({"key": "half\x00a key"}, "This is no API key"),
        ({"mode": "7"}, "choose one of the options"),
        ({"mode": ""}, "choose one of the options"),
        ({"name": "n" * 61}, "Name"),
        ({"states": "Ohia"}, "No state has these two letters: Ohia."),
        ({"states": "OH; DROP"}, "No state has these two letters: OH;, DROP."),
        ({"states": "OH " * 140}, "States"),
    ],
)
async def test_a_key_that_can_not_be_kept_is_refused(
    cast: Cast, van: Store, browse: Browser, change: dict[str, str], sentence: str
) -> None:
    answer = await (await browse(cast.gary)).post(VAN + "/key", data=FIRST | change)
    assert answer.status_code == 422 and sentence in html.unescape(answer.text) and LIKE_A_KEY not in answer.text
    assert "What you typed is kept, except passwords and keys." in answer.text
    assert await VanConnection.all().count() == 0 and await places.covered(cast.meyer.id) == {}


@pytest.mark.parametrize("target", ["result:1", "activist_code:x", "result:130:9", "survey:1", "x" * 61, "' OR 1=1"])
async def test_a_code_that_van_does_not_list_is_refused_and_no_line_is_changed(
    cast: Cast, van: Store, browse: Browser, target: str
) -> None:
    await connects(cast)
    gary = await browse(cast.gary)
    answer = await gary.post(VAN + "/mapping", data={"opt_out": target})
    assert answer.status_code == 422 and await VanMapping.all().count() == 0
    assert "VAN does not list this code any more. Choose another." in answer.text or len(target) > 60
    assert [line.target for line in await mapping.lines(await VanConnection.get()) if line.target] == []


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("sendings", {"state": "sent"}),
        ("sendings", {"state": "refused", "kind": "other"}),
        ("facts/999999/sending", {}),
        ("facts/999999/found", {}),
        ("lists/999999/imports", {}),
        ("loads/999999/cancellation", {}),
        ("key?van=999999", FIRST | {"key": KEY}),
        ("key/end?van=999999", {}),
        ("end?van=999999", {}),
        ("mapping?van=999999", {"opt_out": ""}),
        (f"pause?van={2**70}", {}),
    ],
)
async def test_what_is_not_there_is_a_404(
    cast: Cast, van: Store, browse: Browser, path: str, data: dict[str, str]
) -> None:
    await connects(cast)
    assert (await (await browse(cast.gary)).post(f"{VAN}/{path}", data=data)).status_code == 404
    row = await VanConnection.get()
    assert row.secret() == KEY and not row.paused_at
