"""Wrong requests: rows of others, nonsense, ended logins, forms of other sites (SPEC V9, P1). Each visitor's answer
from each route: test_matrix.py."""

from __future__ import annotations

import re
import uuid
from pathlib import Path

import pytest
from litestar import Litestar

from tests.cast import Cast
from tests.cast.site import PARTIAL, Browser, ask, campaign_routes, fill, ids
from webapp import clock
from webapp.database import transaction
from webapp.http import static_files
from webapp.models.accounts.users import Membership

ALIKE = ("{screen}", "{topic}", "{prepared}", "/practice/")  # no rows: they are the same in every campaign


async def test_ids_of_another_campaign_are_not_there_in_one_s_own(
    cast: Cast, app: Litestar, browse: Browser, tmp_path: Path
) -> None:
    names, jonah = await ids(cast, tmp_path), await browse(cast.jonah)
    for method, path in campaign_routes(app):
        if path.count("{") > 1 and not any(name in path for name in ALIKE):
            answer = await ask(jonah, method, fill(path, names, "ryan"))
            assert answer.status_code == 404, (method, path)


async def test_every_form_of_the_office_survives_nonsense(
    cast: Cast, app: Litestar, browse: Browser, tmp_path: Path
) -> None:
    """A clear answer in the page's own look, never a traceback."""
    names, gary = await ids(cast, tmp_path), await browse(cast.gary)
    nonsense = {
        "title": "\x00" * 9,
        "body": "{{",
        "lists": "-1",
        "state": "☃",
        "phone": "x" * 9999,
        "action": "9" * 30,
        "kind": "?",
        "start_time": "25:99",
        "display_order": "1e9",
        "members": "NaN",
        "what": "",
        "client_message_id": "no",
        "file": "text",
    }
    for method, path in campaign_routes(app):
        if method == "POST" and not path.endswith(("/archive", "/suspension")):
            answer = await gary.post(fill(path, names, "meyer"), data=nonsense)
            assert answer.status_code < 500, (path, answer.status_code)
            assert "Traceback" not in answer.text


@pytest.mark.parametrize("number", ["0", "999999999999999999999999", "9223372036854775808"])
async def test_numbers_no_row_can_have_are_not_found(cast: Cast, browse: Browser, number: str) -> None:
    gary = await browse(cast.gary)
    for path in (
        "/c/meyer/admin/actions/{}",
        "/c/meyer/threads/{}",
        "/c/meyer/admin/contacts/{}",
        "/c/meyer/admin/imports/{}",
    ):
        assert (await gary.get(path.format(number))).status_code == 404


async def test_someone_not_approved_yet_sees_that_they_wait(cast: Cast, browse: Browser) -> None:
    await transaction(lambda: Membership.filter(id=cast.amy.id).update(approved_at=None))
    amy = await browse(cast.amy)
    answer = await amy.get("/c/meyer/")
    assert answer.headers["location"] == "/c/meyer/waiting"
    assert "An admin has to approve your sign-up first" in (await amy.get("/c/meyer/waiting")).text


async def test_someone_suspended_is_told_so(cast: Cast, browse: Browser) -> None:
    await transaction(lambda: Membership.filter(id=cast.amy.id).update(suspended_at=clock.now()))
    amy = await browse(cast.amy)
    assert "Account suspended" in (await amy.get("/c/meyer/waiting")).text


@pytest.mark.parametrize(
    "headers", [{"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}]
)
async def test_a_form_of_another_site_changes_nothing(cast: Cast, browse: Browser, headers: dict[str, str]) -> None:
    gary = await browse(cast.gary)
    answer = await gary.post("/c/meyer/admin/stop", headers=headers)
    assert answer.status_code == 403 and "came from another site" in answer.text
    await cast.meyer.refresh_from_db()
    assert cast.meyer.stopped_at is None


async def test_every_answer_has_the_strict_headers(cast: Cast, browse: Browser) -> None:
    nobody = await browse()
    for path in ("/login", "/nowhere", "/health"):
        headers = (await nobody.get(path)).headers
        assert (
            "script-src 'self'" in headers["content-security-policy"]
            and "unsafe" not in headers["content-security-policy"]
        )
        assert headers["x-content-type-options"] == "nosniff"


async def test_a_static_file_has_the_one_header_that_is_about_it(cast: Cast, browse: Browser) -> None:
    nobody = await browse()
    for name in (static_files.SHEET, static_files.SCRIPT, "fonts/archivo.woff2", "icons/icons.svg"):
        headers = (await nobody.get(static_files.address(name))).headers
        assert headers["x-content-type-options"] == "nosniff" and "content-security-policy" not in headers
    assert "content-security-policy" in (await nobody.get(static_files.address("js/none.js"))).headers


async def test_no_page_has_an_inline_script_or_style(
    cast: Cast, app: Litestar, browse: Browser, tmp_path: Path
) -> None:
    names, gary = await ids(cast, tmp_path), await browse(cast.gary)
    for method, path in campaign_routes(app):
        if method == "GET":
            text = (await gary.get(fill(path, names, "meyer"), follow_redirects=True)).text
            assert not re.search(r"<script(?![^>]*src=)|\son\w+=|\sstyle=", text), path


async def test_an_expired_login_leads_back_to_where_one_was(cast: Cast, browse: Browser) -> None:
    nobody = await browse()
    answer = await nobody.get("/c/meyer/inbox?show=unread")
    assert answer.headers["location"] == "/login?next=/c/meyer/inbox%3Fshow%3Dunread&expired=1"
    page = await nobody.get(answer.headers["location"])
    assert "You were logged out" in page.text


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_part_of_a_page_is_refused_to_an_ended_login_and_the_page_stays(
    cast: Cast, browse: Browser, method: str
) -> None:
    nobody = await browse(None, **PARTIAL)
    answer = await nobody.request(method, "/c/meyer/inbox" if method == "GET" else "/c/meyer/account/devices/end")
    assert answer.status_code == 401 and "hx-redirect" not in answer.headers
    assert answer.headers["hx-reswap"] == "none" and not answer.content


async def test_htmx_is_told_to_load_the_login_whole(cast: Cast, browse: Browser) -> None:
    nobody = await browse(None, **{"hx-request": "true", "hx-request-type": "full"})
    answer = await nobody.get("/c/meyer/inbox")
    assert answer.status_code == 200 and answer.headers["hx-redirect"].startswith("/login")


async def test_live_news_of_nobody_is_401_and_not_a_page(cast: Cast, browse: Browser) -> None:
    assert (await (await browse()).get("/live")).status_code == 401


async def test_a_made_up_session_is_nobody(cast: Cast, browse: Browser) -> None:
    client = await browse()
    client.cookies.set("textbank_session", uuid.uuid4().hex)
    assert (await client.get("/c/meyer/")).status_code == 303
