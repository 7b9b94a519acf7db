"""Grave changes ask for the password again, and keep the form (ASVS 5.0, 7.5). Which routes ask: "proof" in matrix.txt."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from tests.cast import MORNING, PASSWORD, Cast
from tests.cast.pages.visitors import table
from tests.cast.site import PARTIAL, Browser
from webapp import clock
from webapp.models.accounts import passwords
from webapp.models.accounts.sessions import Session
from webapp.models.numbers.orders import NumberOrder

TEMPLATES = Path(__file__).parents[2] / "webapp/templates"
ORDERS = "/c/meyer/admin/numbers/orders"
WANTED = {"area_code": "412", "wanted": "2", "note": ['O"Neill & <b>', "twice"]}


@pytest.fixture
async def later(cast: Cast, browse: Browser) -> httpx.AsyncClient:
    """Selina's browser an hour after she logged in."""
    selina = await browse(cast.selina)
    await passwords.set_password(cast.selina.user, await passwords.hashed(PASSWORD))
    selina.cookies.set("textbank_session", await Session.begin(cast.selina.user), domain="texts.example")
    clock.freeze(MORNING + timedelta(hours=1))
    return selina


def typed(text: str) -> dict[str, list[str]]:
    """The hidden fields of the question."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', text):
        found.setdefault(name, []).append(html.unescape(value))
    return found


async def test_the_password_goes_on_with_all_that_was_typed(cast: Cast, later: httpx.AsyncClient) -> None:
    asked = await later.post(ORDERS, data=WANTED)
    assert asked.status_code == 403 and await NumberOrder.all().count() == 0
    kept = typed(asked.text)
    assert kept == {"area_code": ["412"], "wanted": ["2"], "note": ['O"Neill & <b>', "twice"]}
    assert f'action="{ORDERS}"' in asked.text
    before = later.cookies["textbank_session"]
    assert (await later.post(ORDERS, data={**kept, "proof_password": PASSWORD})).status_code == 303
    order = await NumberOrder.get()
    assert (order.area_code, order.wanted) == ("412", 2)
    assert later.cookies["textbank_session"] != before, "a new token"
    assert (await later.post(ORDERS, data=WANTED)).status_code == 303, "for a quarter of an hour it asks no more"


async def test_a_wrong_password_asks_again_and_keeps_the_form(cast: Cast, later: httpx.AsyncClient) -> None:
    answer = await later.post(ORDERS, data={**WANTED, "proof_password": "wrong"})
    assert answer.status_code == 403 and "do not match" in answer.text and typed(answer.text)["wanted"] == ["2"]
    assert "proof_password" not in typed(answer.text) and await NumberOrder.all().count() == 0


async def test_passwords_are_not_guessed_here_either(cast: Cast, later: httpx.AsyncClient) -> None:
    for _ in range(11):
        answer = await later.post(ORDERS, data={**WANTED, "proof_password": "wrong"})
    assert "Too many tries" in answer.text


async def test_a_file_comes_after_the_password(cast: Cast, later: httpx.AsyncClient) -> None:
    address = "/c/meyer/admin/opt-outs.csv"
    asked = await later.get(address)
    assert typed(asked.text) == {"next": [address]} and 'action="/proof"' in asked.text
    answer = await later.post("/proof", data={"next": address, "proof_password": PASSWORD})
    assert (
        answer.status_code == 200
        and "Your file is ready" in answer.text
        and f'href="{address}" download' in answer.text
    )
    assert (await later.get(address)).status_code in (200, 404)
    page = await later.post("/proof", data={"next": "/c/meyer/admin/users", "proof_password": PASSWORD})
    assert page.headers["location"] == "/c/meyer/admin/users"


def test_every_file_with_people_in_it_comes_after_the_password() -> None:
    """Else whoever finds an open browser takes the list home. The meaning of a column is nobody's data."""
    files = {path for method, path in table() if method == "GET" and re.search(r"(?<!columns)\.csv$|/file$", path)}
    asked = {path for path in files if table()["GET", path]["admin"].startswith("proof")}
    assert len(files) == 4 and files == asked


def test_a_link_to_a_file_that_asks_can_show_the_question() -> None:
    """A browser saves what a link with "download" leads to, and says that a 403 failed."""
    asks = {path.rpartition("/")[2] for (method, path), row in table().items() if "proof" in row["owner"]}
    links = [
        (template.name, link)
        for template in TEMPLATES.rglob("*.html")
        for link in re.findall(r"<a [^>]* download[ >=][^>]*>", template.read_text())
    ]
    saved = [where for where in links for name in asks if re.search(rf'/{re.escape(name)}["?]', where[1])]
    assert {"file", "refused.csv"} <= asks and any("columns.csv" in link for _, link in links)
    assert saved == []


async def test_a_part_of_a_page_leads_to_a_page_that_asks_and_back(cast: Cast, later: httpx.AsyncClient) -> None:
    back = "http://texts.example/c/meyer/admin/numbers"
    asked = await later.post(ORDERS, data=WANTED, headers={**PARTIAL, "referer": back})
    assert asked.headers["hx-redirect"] == "/proof?next=/c/meyer/admin/numbers"
    assert 'value="/c/meyer/admin/numbers"' in (await later.get(asked.headers["hx-redirect"])).text


async def test_the_question_never_leads_to_another_site(cast: Cast, later: httpx.AsyncClient) -> None:
    for away in ("https://evil.example", "//evil.example", "/\\evil.example"):
        answer = await later.post("/proof", data={"next": away, "proof_password": PASSWORD})
        assert answer.headers["location"] == "/"
        assert "evil" not in (await later.get("/proof", params={"next": away})).text


async def test_a_stranger_is_not_asked_but_led_to_the_login(cast: Cast, browse: Browser) -> None:
    nobody = await browse()
    assert (await nobody.get("/proof")).headers["location"].startswith("/login")
    assert (await nobody.post("/proof", data={"proof_password": PASSWORD})).headers["location"].startswith("/login")
