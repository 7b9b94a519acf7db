"""Pages and files gzipped on their way, and which are not."""

from __future__ import annotations

import gzip

import pytest

from tests.cast import Cast
from tests.cast.site import PARTIAL, Browser
from webapp.http import static_files
from webapp.models.actions import action_link

TAKES = {"accept-encoding": "gzip, deflate, br, zstd"}


async def test_a_page_is_gzipped_where_the_browser_takes_it(cast: Cast, browse: Browser) -> None:
    amy = await browse(cast.amy)
    answer = await amy.get("/c/meyer/", headers=TAKES)
    assert answer.headers["content-encoding"] == "gzip" and "Accept-Encoding" in answer.headers["vary"]
    assert int(answer.headers["content-length"]) < len(answer.text) / 2
    plain = await amy.get("/c/meyer/", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers and plain.text.startswith("<!doctype")


@pytest.mark.parametrize("path", ["/c/meyer/inbox?q=guess", "/join?code=guess"])
async def test_a_page_whose_address_a_stranger_may_have_filled_in_is_sent_as_it_is(
    cast: Cast, browse: Browser, path: str
) -> None:
    """BREACH: from the size of an answer somebody else guesses what stands beside their own words."""
    amy = await browse(cast.amy)
    answer = await amy.get(path, headers=TAKES)
    assert "content-encoding" not in answer.headers


async def test_no_page_that_shows_a_secret_is_gzipped(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    await action_link.renew(cast.action, cast.gary)
    made = await gary.post("/c/meyer/admin/invites", data={"role": "volunteer", "email": ""}, headers=TAKES)
    app = await gary.post("/c/meyer/account/second-step/app", headers=TAKES)
    info = await gary.get("/c/meyer/admin/settings/info", headers=TAKES)
    sending = await gary.get(f"/c/meyer/admin/actions/{cast.action.id}/sendings", headers=TAKES)
    shown = ("/invite/", "data:image/svg", cast.meyer.join_code, f"/a/{cast.action.link_token}")
    for answer, secret in zip((made, app, info, sending), shown, strict=True):
        assert answer.status_code == 200 and secret in answer.text and "content-encoding" not in answer.headers
    selina, settings = await browse(cast.selina), "/c/meyer/admin/settings"
    token = {"name": "Website", "scopes": ["contacts:write"]}
    endpoint = {"url": "https://data.example.org/textbank", "events": ["opt_out.made"]}
    for path, form, begin in (("api/tokens", token, "textbank_"), ("webhooks", endpoint, "whsec_")):
        answer = await selina.post(f"{settings}/{path}", data=form, headers=TAKES)
        assert (
            answer.status_code == 200 and f'value="{begin}' in answer.text and "content-encoding" not in answer.headers
        )
    for path in ("/join", "/password/x"):
        assert "content-encoding" not in (await gary.get(path, headers=TAKES)).headers


async def test_the_log_in_is_gzipped_since_it_has_no_secret(cast: Cast, browse: Browser) -> None:
    """It is the first page a phone waits for."""
    nobody = await browse()
    assert (await nobody.get("/login", headers=TAKES)).headers["content-encoding"] == "gzip"
    assert "content-encoding" not in (await nobody.get("/login/second", headers=TAKES)).headers


async def test_a_part_of_a_page_is_gzipped_since_no_other_site_can_ask_for_one(cast: Cast, browse: Browser) -> None:
    amy = await browse(cast.amy)
    answer = await amy.get("/c/meyer/inbox?show=all", headers={**TAKES, **PARTIAL})
    assert answer.headers["content-encoding"] == "gzip" and 'id="threads"' in answer.text


async def test_an_error_page_is_gzipped_like_another(cast: Cast, browse: Browser) -> None:
    amy = await browse(cast.amy)
    answer = await amy.get("/c/meyer/threads/999999", headers=TAKES)
    assert answer.status_code == 404 and answer.headers["content-encoding"] == "gzip"


@pytest.mark.parametrize("name", [static_files.SHEET, static_files.SCRIPT, "icons/icons.svg"])
async def test_sheets_scripts_and_icons_are_gzipped_once_and_kept_for_a_year(
    cast: Cast, browse: Browser, name: str
) -> None:
    amy = await browse(cast.amy)
    answer = await amy.get(static_files.address(name), headers=TAKES)
    assert answer.headers["content-encoding"] == "gzip" and "immutable" in answer.headers["cache-control"]
    assert answer.content == static_files.served()[name] == gzip.decompress(static_files.gzipped()[name])
    assert int(answer.headers["content-length"]) < len(answer.content) / 2


async def test_a_font_is_small_already(cast: Cast, browse: Browser) -> None:
    amy = await browse(cast.amy)
    answer = await amy.get(static_files.address("fonts/archivo.woff2"), headers=TAKES)
    assert "content-encoding" not in answer.headers
