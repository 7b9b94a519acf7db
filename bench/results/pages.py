"""The pages of the results as an admin opens them: milliseconds, statements and blocks that PostgreSQL looked at."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlencode

import asyncpg
import httpx

from bench.speed.costs import looked_at
from tests.cast.database import plans
from webapp import database, live
from webapp.access import login
from webapp.app import create_app
from webapp.database.address import CONNECTIONS
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.sessions import Session
from webapp.models.accounts.users import User
from webapp.models.actions.action import Action
from webapp.models.actions.script import RESPONSE, Script
from webapp.models.carriers.delivery import PERIODS
from webapp.models.reports.report import Report
from webapp.rules.contacts.contact_filter import BOXES, OF_SENDERS
from webapp.rules.results.people_behind import People

TIMES = 7  # in each round
SITE = "http://bench.example"


@dataclass(frozen=True)
class Page:
    """``took``: milliseconds of each opening, the template included. ``blocks``: of one."""

    took: tuple[float, ...]
    statements: int
    blocks: float

    @property
    def median(self) -> float:
        return statistics.median(self.took)

    @property
    def p95(self) -> float:
        return sorted(self.took)[int(len(self.took) * 0.95)]


def joined(rounds: list[dict[str, Page]]) -> dict[str, Page]:
    """Each page with the openings of all rounds."""
    return {name: _joined([one[name] for one in rounds]) for name in rounds[0]}


def _joined(pages: list[Page]) -> Page:
    took = tuple(one for page in pages for one in page.took)
    return Page(took, pages[-1].statements, statistics.fmean(page.blocks for page in pages))


async def measure(campaign: Campaign, url: str) -> dict[str, Page]:
    """Row -> what the page costs."""
    found = {}
    connection = await asyncpg.connect(url)
    try:
        async with _browser(campaign) as client:
            for name, path in (await _paths(campaign)).items():
                found[name] = await _page(client, connection, f"/c/{campaign.slug}/admin/{path}")
    finally:
        await connection.close()
    return found


@asynccontextmanager
async def _browser(campaign: Campaign) -> AsyncIterator[httpx.AsyncClient]:
    """Gary's, on the application itself: no network."""
    app = create_app()
    app.state.hub = live.Hub()
    gary = await User.get(email=f"gary@{campaign.slug}.example.org")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=SITE) as client:  # type: ignore[arg-type]
        client.cookies.set(login.COOKIE, await Session.begin(gary), domain="bench.example")
        yield client


async def _page(client: httpx.AsyncClient, connection: asyncpg.Connection, path: str) -> Page:
    """Two openings before the first that is measured: statements are prepared, caches filled."""
    await _open(client, path)
    with plans.statements() as asked:
        await _open(client, path)
    before = await _blocks(connection)
    took = tuple([await _open(client, path) for _ in range(TIMES)])
    return Page(took, len(asked), (await _blocks(connection) - before) / TIMES)


async def _blocks(connection: asyncpg.Connection) -> float:
    """PostgreSQL's sessions tell their numbers at most once a second, and ten seconds after their last statement: each is told to
    do it now. The sleep keeps each session busy while the others are asked."""
    now = "SELECT pg_stat_force_next_flush(), pg_sleep(0.1)"
    await asyncio.gather(*(database.query(now) for _ in range(CONNECTIONS)))
    return await looked_at(connection)


async def _open(client: httpx.AsyncClient, path: str) -> float:
    """Its milliseconds."""
    began = time.perf_counter()
    answer = await client.get(path)
    assert answer.status_code == 200, (path, answer.status_code, answer.text[:500])
    return 1000 * (time.perf_counter() - began)


async def _paths(campaign: Campaign) -> dict[str, str]:
    """Row -> below the office."""
    action = await Action.get(campaign=campaign)
    newest = await Report.filter(action_id=action.id).order_by("-id").first()
    assert newest
    results = f"actions/{action.id}/results"
    return {
        "dashboard": "",
        "View Results, with its pictures": results,
        "wall view": f"{results}?wall",
        "View Reports": f"{results}/reports",
        "View Reports, a later page": f"{results}/reports?before={newest.id // 2}",
        **{
            f"View Reports, of {words}": f"{results}/reports?{urlencode({'said': one.key})}"
            for words, one in SAID.items()
        },
        "View Reports, of a user": f"{results}/reports?by={newest.user_id}",
        "performs": f"{results}/performs",
        **{f"tab {name}": f"{results}/{name}" for name in TABS},
        **{
            f"users: {words}": f"{results}/users?filtered=1&received={action.id}&{asked}"
            for words, asked in USERS.items()
        },
        **_people(f"contacts?action={action.id}", newest.user_id),
        **await _follow_ups(action),
        **{f"carriers, {days} days": f"carriers?days={days}" for days in PERIODS},
        **{f"carriers of the action, {days} days": f"actions/{action.id}/carriers?days={days}" for days in PERIODS},
        "operations": "operations",
        "exports": "exports",
    }


def _people(of_action: str, user_id: int) -> dict[str, str]:
    return {
        **{f"people of {box}": f"{of_action}&box={box}" for box in BOXES},
        **{f"people of {box} of a user": f"{of_action}&box={box}&sender={user_id}" for box in OF_SENDERS},
        **{f"people of code {code}": f"{of_action}&code={code}" for code in CODES},
    }


SAID = {"a tag": People("tag", "Will Vote"), "a tag nobody has": People("tag", "Nobody")}
TABS = ("users", "tags", "fields", "response-scripts", "initial-scripts", "errors")
USERS = {
    "needs attention": "attention=yes",
    "completed": "step=completed",
    "role": "role=volunteer",
    "name": "q=Volunteer3",
}
CODES = (1301, 21211, 30003, 30007)


async def _follow_ups(action: Action) -> dict[str, str]:
    """The form of a follow-up action, where so many people are counted."""
    script = await Script.get(action=action, kind=RESPONSE)
    chosen = {
        "texted": People("texted"),
        "silent": People("silent"),
        "replied": People("replied"),
        "unreported": People("unreported"),
        "attention": People("attention"),
        "clicked": People("clicked"),
        "tag": People("tag", "Will Vote"),
        "answer": People("field", "Support Rating", "Supporter"),
        "script": People("script", value=str(script.id)),
        "carrier filtering": People("error", value="carrier"),
        "code": People("code", value="30003"),
    }
    form = f"actions/{action.id}/follow-up?"
    return {f"follow-up: {words}": form + urlencode({"people": one.key}) for words, one in chosen.items()}
