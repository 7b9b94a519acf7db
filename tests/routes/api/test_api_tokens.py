"""Programs may ask with a token, so often, and are refused in one form (SPEC B6)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from limits import parse
from litestar import Litestar

from tests.cast import MORNING, Cast
from tests.cast.api import API, problem, program
from tests.cast.site import Browser, audited
from webapp import clock, limiting
from webapp.models.api import token as tokens
from webapp.models.api.token import ApiToken
from webapp.routes.api import description
from webapp.rules.api import scopes


async def test_a_token_says_what_it_may_do_and_keeps_when_it_was_used(cast: Cast, browse: Browser) -> None:
    desk = await program(browse, cast.selina, scopes.RESULTS)
    told = (await desk.get(f"{API}/")).json()
    assert (
        told == {"name": "Meyer", "slug": "meyer", "timezone": cast.meyer.timezone, "scopes": ["results:read"]}
        or told["scopes"]
    )
    assert (await ApiToken.get()).used_at == MORNING and await audited("api_token.used") == 1
    await desk.get(f"{API}/actions")
    clock.freeze(MORNING + timedelta(days=1))
    await desk.get(f"{API}/actions")
    assert await audited("api_token.used") == 2, "once a day"


async def test_without_a_token_in_use_nothing_is_told(cast: Cast, browse: Browser) -> None:
    desk = await program(browse, cast.selina)
    amy = await browse(cast.amy)
    wrong = await browse(None, authorization="Bearer textbank_x")
    basic = await browse(None, authorization="Basic dTpw")
    for one in (await browse(), amy, wrong, basic):
        refused = await one.get(f"{API}/actions")
        problem(refused, 401)
        assert refused.headers["www-authenticate"] == "Bearer"
    await tokens.end(cast.selina, await ApiToken.get())
    problem(await desk.get(f"{API}/actions"), 401)


async def test_of_another_campaign_nothing_is_there(cast: Cast, browse: Browser) -> None:
    ryan = await program(browse, cast.jonah)
    problem(await ryan.get(f"{API}/actions"), 404)
    problem(await ryan.post(f"{API}/contacts", json={}), 404)
    problem(await ryan.get("/api/v1/campaigns/nobody/actions"), 404)


async def test_the_database_holds_no_token(cast: Cast) -> None:
    row, secret = await tokens.make(cast.selina, "Data desk", ["messages:read", "all"])
    kept = await ApiToken.get()
    assert (
        kept.token_hash != secret
        and secret not in repr(vars(kept))
        and kept.hint == secret[-4:]
        and kept.scopes == ["messages:read"]
    )
    assert (await tokens.found(secret)) == row


async def test_each_answer_says_how_much_is_left(cast: Cast, browse: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limiting, "API", parse("3/minute"))
    desk = await program(browse, cast.selina)
    left = [(await desk.get(f"{API}/actions")).headers["ratelimit"].split(";")[1] for _ in range(3)]
    assert left == ["r=2", "r=1", "r=0"]
    refused = await desk.get(f"{API}/actions")
    problem(refused, 429)
    assert (
        1 <= int(refused.headers["retry-after"]) <= 60 and refused.headers["ratelimit-policy"] == '"default";q=3;w=60'
    )
    assert (await (await program(browse, cast.selina)).get(f"{API}/actions")).status_code == 200, "another token"


async def test_tokens_are_not_guessed(cast: Cast, browse: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limiting, "API_FAILURES", parse("3/10minutes"))
    wrong = await browse(None, authorization="Bearer textbank_x")
    for status in (401, 401, 401, 429):
        problem(await wrong.get(f"{API}/actions"), status)
    right = await program(browse, cast.selina)
    assert (await right.get(f"{API}/actions")).status_code == 200, "another program at this address goes on"


async def test_what_is_not_there_is_a_problem_too(cast: Cast, browse: Browser) -> None:
    desk = await program(browse, cast.selina)
    problem(await desk.get("/api/v1/nothing"), 404)
    problem(await desk.delete(f"{API}/actions"), 405)
    problem(await desk.get(f"{API}/messages?after=" + "1" * 9_000), 414)


async def test_a_token_counts_nowhere_else(cast: Cast, browse: Browser) -> None:
    desk = await program(browse, cast.selina)
    assert (await desk.get("/c/meyer/admin")).headers["location"].startswith("/login")


async def test_the_description_names_the_apis_routes_and_no_page(cast: Cast, browse: Browser, app: Litestar) -> None:
    anybody = await browse()
    told = (await anybody.get("/api/v1/openapi.json")).json()
    own = {route.path_format for route in app.routes if route.path_format.startswith("/api/v1/campaigns")}
    assert {path.rstrip("/") for path in told["paths"]} == {path.rstrip("/") for path in own}
    for path, ways in told["paths"].items():
        for way in ways.values():
            assert way["description"] and way["security"] == [{"token": []}], path
    assert told == description.described(app) and "://" not in str(told["paths"])
