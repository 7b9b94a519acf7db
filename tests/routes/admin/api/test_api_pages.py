"""Settings, API: tokens made and ended by owners, and examples that run as they stand there (SPEC B6)."""

from __future__ import annotations

import html
import json
import re
import shlex

import pytest

from tests.cast import Cast
from tests.cast.site import Browser, audited
from webapp.models.api.token import ApiToken
from webapp.rules.api import scopes

PAGE = "/c/meyer/admin/settings/api"
WANTED = {"name": "Zebra", "scopes": ["contacts:write", "opt_outs:write"]}


async def test_an_owner_makes_a_token_that_is_shown_once(cast: Cast, browse: Browser) -> None:
    selina = await browse(cast.selina)
    made = await selina.post(PAGE + "/tokens", data=WANTED)
    secret = re.search(r'value="(textbank_[^"]+)"', made.text)
    assert made.status_code == 200 and secret and made.headers["cache-control"] == "no-store"
    row = await ApiToken.get()
    assert (row.name, row.scopes) == ("Zebra", ["contacts:write", "opt_outs:write"])
    shown = (await selina.get(PAGE)).text
    assert secret[1] not in shown and f"Ends in {row.hint}" in shown and "Never" in shown
    assert await audited("api_token.made") == 1


async def test_an_owner_ends_a_token(cast: Cast, browse: Browser) -> None:
    selina = await browse(cast.selina)
    await selina.post(PAGE + "/tokens", data=WANTED)
    row = await ApiToken.get()
    for _ in range(2):
        assert (await selina.post(f"{PAGE}/tokens/{row.id}/end")).status_code == 303
    assert (await ApiToken.get()).ended_at and await audited("api_token.ended") == 1
    tokens, _, log = (await selina.get(PAGE)).text.partition('id="own-history"')
    assert "Zebra" not in tokens and "Zebra" in log


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({}, "Name"),
        ({"name": "Website"}, "Choose what the token may do."),
        ({"name": "Website", "scopes": "phones:read"}, "Choose what the token may do."),
        ({"name": "Website", "scopes": "everything"}, "Choose what the token may do."),
        ({"name": "x" * 81, "scopes": "contacts:write"}, "80"),
    ],
)
async def test_a_wrong_form_makes_none(cast: Cast, browse: Browser, form: dict[str, str], said: str) -> None:
    selina = await browse(cast.selina)
    answer = await selina.post(PAGE + "/tokens", data=form)
    assert answer.status_code == 422 and said in answer.text and await ApiToken.all().count() == 0


async def test_admins_look_and_strangers_see_nothing(cast: Cast, browse: Browser) -> None:
    selina, gary, amy, jonah = [await browse(one) for one in (cast.selina, cast.gary, cast.amy, cast.jonah)]
    await selina.post(PAGE + "/tokens", data=WANTED)
    row = await ApiToken.get()
    assert "Only an owner" in (await gary.get(PAGE)).text
    own = PAGE.replace("meyer", "ryan")
    for who, page in ((gary, PAGE), (amy, PAGE), (jonah, PAGE), (jonah, own)):
        assert (await who.post(f"{page}/tokens/{row.id}/end")).status_code == 404
        assert page == own or (await who.post(page + "/tokens", data=WANTED)).status_code == 404
    assert (await ApiToken.get()).ended_at is None


async def test_each_example_runs_as_it_stands_on_the_page(cast: Cast, browse: Browser) -> None:
    selina = await browse(cast.selina)
    made = await selina.post(PAGE + "/tokens", data={"name": "All", "scopes": list(scopes.SCOPES)})
    secret = re.search(r'value="(textbank_[^"]+)"', made.text)
    commands = [html.unescape(one) for one in re.findall(r"<code>(.*?)</code>", made.text, re.S)]
    assert secret and len(commands) >= 9
    desk = await browse()
    for command in commands:
        words = shlex.split(command.replace("TOKEN", secret[1]).replace("\\\n", " "))
        assert words[0] == "curl"
        headers = dict(words[n + 1].split(": ", 1) for n, word in enumerate(words) if word == "-H")
        body = next((words[n + 1] for n, word in enumerate(words) if word == "-d"), None)
        answer = await desk.request("POST" if body else "GET", words[1], headers=headers, content=body)
        assert answer.status_code in (200, 201), (command, answer.text)
        assert json.loads(answer.text) and not answer.json().get("refused"), command
