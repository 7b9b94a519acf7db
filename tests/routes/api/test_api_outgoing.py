"""Results, texts, reports and opt-outs by program, page by page, each once (SPEC B6)."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.cast import MORNING, Cast
from tests.cast.api import API, problem, program
from tests.cast.database.moments import held_open
from tests.cast.site import Browser
from tests.cast.texting import says, texted
from webapp import clock
from webapp.database import transaction
from webapp.models.api import giving_out
from webapp.models.conversations.message import Message
from webapp.models.opt_outs.opt_out import OptOut
from webapp.models.reports.report import Report
from webapp.rules.api import scopes

LATER = MORNING + timedelta(minutes=5)


def making(cast: Cast, what: str, n: int) -> Callable[[], Awaitable[object]]:
    """Makes one row of Meyer's."""
    phone, now = f"+1412555{n:04}", clock.now()
    if what == "opt-outs":
        return lambda: OptOut.create(campaign=cast.meyer, phone=phone, source="admin", at=now)
    if what == "reports":
        return lambda: Report.create(user=cast.amy.user, contact_id=cast.lisa.id, filed_at=now)
    return lambda: Message.create(
        campaign=cast.meyer,
        contact=cast.lisa,
        public_id=uuid.uuid4(),
        direction="in",
        kind="inbound",
        status="received",
        phone=phone,
        body="Yes",
        created_at=now,
    )


async def everything(desk: httpx.AsyncClient, what: str, limit: int) -> list[dict[str, object]]:
    """All pages."""
    found: list[dict[str, object]] = []
    page = {"next": 0, "more": True}
    while page["more"]:
        page = (await desk.get(f"{API}/{what}", params={"after": page["next"], "limit": limit})).json()
        found += page["items"]
    return found


async def test_texts_come_once_each_over_the_pages(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    await says(cast, "yes")
    desk = await program(browse, cast.selina)
    clock.freeze(LATER)
    found = await everything(desk, "messages", 1)
    assert [one["direction"] for one in found] == ["out", "in"] and found[1]["body"] == "yes"
    assert found[0]["phone"] == cast.lisa.phone and found[0]["status"] == "taken"
    assert (await desk.get(f"{API}/messages/{found[0]['id']}")).json() == found[0]


async def test_phones_are_masked_without_their_scope(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    await says(cast, "stop")
    desk = await program(browse, cast.selina, scopes.MESSAGES, scopes.OPT_OUTS)
    clock.freeze(LATER)
    for what in ("messages", "opt-outs"):
        answer = await desk.get(f"{API}/{what}")
        assert (
            answer.json()["items"] and cast.lisa.phone not in answer.text and cast.lisa.phone[-10:] not in answer.text
        )


async def test_a_row_is_given_at_once(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    desk = await program(browse, cast.selina)
    assert len((await desk.get(f"{API}/messages")).json()["items"]) == 1


@pytest.mark.postgres
@pytest.mark.parametrize("what", ["messages", "reports", "opt-outs"])
async def test_a_row_whose_transaction_is_long_is_not_passed_over(cast: Cast, browse: Browser, what: str) -> None:
    """It has the smaller id and comes an hour after the greater one."""
    desk = await program(browse, cast.selina)
    page: dict[str, Any] = {"next": 0}
    async with held_open(making(cast, what, 1)):
        await transaction(making(cast, what, 2))
        clock.freeze(MORNING + timedelta(hours=1))
        for _ in range(2):
            page = (await desk.get(f"{API}/{what}", params={"after": page["next"]})).json()
            assert page == {"items": [], "next": 0, "more": False}, "one with a smaller id is still on its way"
    ids = [int(str(one["id"])) for one in await everything(desk, what, 1)]
    assert len(ids) == 2 and ids == sorted(ids)


async def test_another_campaigns_rows_are_passed_over(cast: Cast, browse: Browser) -> None:
    await transaction(
        lambda: OptOut.bulk_create(
            OptOut(campaign=whose, phone=f"+1412555{n:04}", source="admin", at=MORNING)
            for n in range(30)
            for whose in ([cast.ryan] if n % 10 else [cast.ryan, cast.meyer])
        )
    )
    window, giving_out.WINDOW = giving_out.WINDOW, 5
    try:
        desk = await program(browse, cast.selina)
        clock.freeze(LATER)
        found = await everything(desk, "opt-outs", 2)
    finally:
        giving_out.WINDOW = window
    assert [one["phone"] for one in found] == ["+14125550000", "+14125550010", "+14125550020"]


async def test_reports_say_what_was_filed(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    text = await Message.filter(kind="initial").get()
    await transaction(
        lambda: Report.create(
            conversation_id=text.conversation_id,
            user=cast.amy.user,
            action_id=cast.action.id,
            contact_id=cast.lisa.id,
            filed_at=MORNING,
            tags=["Will Vote"],
            values_={"Notes": "Asks for a sign"},
        )
    )
    desk = await program(browse, cast.selina)
    clock.freeze(LATER)
    [row] = (await desk.get(f"{API}/reports")).json()["items"]
    assert (row["tags"], row["answers"], row["contact_id"]) == (
        ["Will Vote"],
        {"Notes": "Asks for a sign"},
        cast.lisa.id,
    )


async def test_results_are_those_of_the_page(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    desk = await program(browse, cast.selina)
    [action] = (await desk.get(f"{API}/actions")).json()["items"]
    told = (await desk.get(f"{API}/actions/{action['id']}/results")).json()
    assert told["counts"]["initials"] == 1 and told["users"]["started"] == 1 and told["action"] == action


async def test_strangers_programs_without_scope_and_wrong_queries(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    ryan = await program(browse, cast.jonah)
    bare = await program(browse, cast.selina, scopes.CONTACTS_IN)
    desk = await program(browse, cast.selina)
    ways = ("messages", "reports", "opt-outs", "actions", f"actions/{cast.action.id}/results", "messages/1")
    for way in ways:
        problem(await ryan.get(f"{API}/{way}"), 404)
        problem(await bare.get(f"{API}/{way}"), 403)
        problem(
            await desk.post(f"{API}/{way}", json={}), 404 if way == "opt-outs" else 405
        ) if way != "opt-outs" else None
    own = API.replace("meyer", "ryan")
    problem(await ryan.get(f"{own}/actions/{cast.action.id}/results"), 404)
    clock.freeze(LATER)
    message = (await desk.get(f"{API}/messages")).json()["items"][0]["id"]
    problem(await ryan.get(f"{own}/messages/{message}"), 404)
    assert (await ryan.get(f"{own}/messages")).json()["items"] == []
    for query in ("after=-1", "after=x", "limit=0", "limit=501"):
        problem(await desk.get(f"{API}/messages?{query}"), 422)
    for number in (2**63, 2**31):
        problem(await desk.get(f"{API}/messages/{number}"), 404)
        problem(await desk.get(f"{API}/actions/{number}/results"), 404)
