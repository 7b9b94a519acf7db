"""Practice looks like texting and can't text: no row is written, and no worker is asked for anything (SPEC H5)."""

from __future__ import annotations

import ast
import inspect
import random
from pathlib import Path

import httpx
import pytest
from limits import parse
from tortoise import Tortoise

from tests.cast import Cast
from tests.cast.database.plans import statements
from tests.cast.site import PARTIAL, Browser
from webapp import limiting, queue
from webapp.access import practising
from webapp.database import transaction
from webapp.http import pages
from webapp.models.accounts.users import User
from webapp.rules.practice import play as rules
from webapp.rules.practice.personas import PERSONAS

PRACTICE = "/c/meyer/practice"
QUEUE = f"{PRACTICE}/actions/1/queue"
DEEDS = ("block", "handover", "opt-out", "opt-out-decision", "messages", "reports", "tags")


async def started(browse: Browser, who: object) -> httpx.AsyncClient:
    client = await browse(who)
    assert (await client.post(f"{PRACTICE}/actions/1/buckets")).headers["location"] == QUEUE
    return client


async def rows() -> dict[str, int]:
    models = [model for app in Tortoise.apps.values() for model in app.values()]
    return {model.__name__: await model.all().count() for model in models}


@pytest.fixture
def no_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any job for a worker fails."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("practice asked a worker for something")

    for name, one in inspect.getmembers(queue, inspect.iscoroutinefunction):
        if one.__module__ == queue.__name__ and name not in ("signs", "open_queue", "close_queue"):
            monkeypatch.setattr(queue, name, refuse)


async def test_from_start_to_the_end_on_the_real_screens(cast: Cast, browse: Browser, no_jobs: None) -> None:
    amy = await started(browse, cast.amy)
    for n, person in enumerate(PERSONAS):
        page = (await amy.get(QUEUE)).text
        assert f'<h2 id="contact">{person.first_name}</h2>' in page and "Nobody here is real" in page
        assert "a volunteer with Meyer for Senate" in page and "it&#39;s Amy" in page
        answer = await amy.post(f"{PRACTICE}/queue/{n + 1}/messages", headers=PARTIAL)
        assert answer.status_code == 200
    assert f"You texted {len(PERSONAS)} people" in answer.text
    inbox = (await amy.get(f"{PRACTICE}/inbox?show=all")).text
    assert "Dana" in inbox and "Possible opt-out" in inbox and "Pat" not in inbox, "STOP leaves the Inbox"
    thread = (await amy.get(f"{PRACTICE}/threads/1?follow=1")).text
    assert "Yes! I always vote." in thread and "What time will you go?" in thread and "Sending adds the tag" in thread
    await amy.post(f"{PRACTICE}/threads/1/messages", data={"script": "1"})
    assert "After work, around six." in (await amy.get(f"{PRACTICE}/threads/1")).text
    await amy.post(f"{PRACTICE}/threads/1/reports", data={"tags": "will_vote"})
    assert "Report filed." in (await amy.get(f"{PRACTICE}/threads/1?said=reported")).text
    assert "Does Lou want no more texts?" in (await amy.get(f"{PRACTICE}/threads/8")).text
    await amy.post(f"{PRACTICE}/threads/8/opt-out-decision")
    assert "Lou has opted out." in (await amy.get(f"{PRACTICE}/threads/8")).text
    assert (await amy.get(PRACTICE)).text.count("well done") == 3, "Dana, Pat and Lou"


@pytest.mark.parametrize("seed", [1, 2])
async def test_whatever_is_pressed_no_row_is_written_and_no_worker_asked(
    cast: Cast, browse: Browser, no_jobs: None, seed: int
) -> None:
    amy, pressed = await started(browse, cast.amy), random.Random(seed)
    await amy.get(QUEUE)
    before = await rows()
    with statements() as asked:
        for _ in range(60):
            card = pressed.randrange(1, len(PERSONAS) + 1)
            deed = pressed.choice(
                [f"queue/{card}/messages"] * 6 + [f"queue/{card}/skips"] + [f"messages/{card}/cancellation"]
            )
            if pressed.random() < 0.5:
                deed = f"threads/{card}/{pressed.choice(DEEDS)}"
            fields = {"script": str(pressed.randrange(12)), "body": "é" * pressed.randrange(500), "tags": "opt_out"}
            answer = await amy.post(f"{PRACTICE}/{deed}", data=fields)
            assert answer.status_code in (200, 303, 422), deed
            page = await amy.get(pressed.choice([QUEUE, f"{PRACTICE}/inbox?show=all", f"{PRACTICE}/threads/{card}"]))
            assert page.status_code == 200
    assert await rows() == before
    wrote = [
        text for text, _ in asked if not text.lstrip().upper().startswith(("SELECT", "WITH", "SAVEPOINT", "RELEASE"))
    ]
    assert [text for text in wrote if "session" not in text and "membership" not in text] == [], "only that she is here"
    [cookie] = [one for one in amy.cookies.jar if one.name == practising.COOKIE]
    assert len(cookie.value or "") <= practising.LONGEST


def test_the_practice_can_not_reach_what_sends() -> None:
    """By construction: none of its files imports anything that stores a text, wakes a worker or calls a gateway."""
    folders = [pages.WEBAPP / "routes" / "volunteer" / "practice", pages.WEBAPP / "rules" / "practice"]
    files = [path for folder in folders for path in folder.glob("*.py")] + [pages.WEBAPP / "access" / "practising.py"]
    assert len(files) > 7
    forbidden = (
        *("webapp.queue", "webapp.gateways", "webapp.workers", "webapp.database", "webapp.news", "webapp.live"),
        *("webapp.models.sending", "webapp.models.outcomes", "webapp.models.opt_outs", "webapp.models.cards"),
    )
    assert [(path.name, name) for path in files for name in _imported(path) if name.startswith(forbidden)] == []
    models = {name for path in files for name in _imported(path) if name.startswith("webapp.models.conversations")}
    assert models <= {"webapp.models.conversations.inbox", "webapp.models.conversations.inbox.SHOWS"}


def _imported(path: Path) -> set[str]:
    nodes = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ImportFrom) and node.module]
    return {f"{node.module}.{one.name}" for node in nodes for one in node.names} | {str(node.module) for node in nodes}


async def test_without_a_practice_every_page_leads_to_the_start(cast: Cast, browse: Browser) -> None:
    amy = await browse(cast.amy)
    for path in (QUEUE, f"{PRACTICE}/inbox", f"{PRACTICE}/threads/1", f"{PRACTICE}/threads/1/report"):
        assert (await amy.get(path, follow_redirects=False)).headers["location"] == PRACTICE, path
    assert "Start" in (await amy.get(PRACTICE)).text


async def test_a_cookie_of_somebody_else_or_a_forged_one_is_no_practice(cast: Cast, browse: Browser) -> None:
    amy, dan = await started(browse, cast.amy), await browse(cast.dan)
    [cookie] = [one for one in amy.cookies.jar if one.name == practising.COOKIE]
    for value in (cookie.value or "", "x", "gAAAAAB" + "x" * 900):
        dan.cookies.set(practising.COOKIE, value, domain="texts.example", path=PRACTICE)
        assert (await dan.get(QUEUE, follow_redirects=False)).headers["location"] == PRACTICE


async def test_what_is_wrong_is_said_and_nothing_happens(cast: Cast, browse: Browser) -> None:
    amy = await started(browse, cast.amy)
    await amy.post(f"{PRACTICE}/queue/1/messages")
    empty = await amy.post(f"{PRACTICE}/threads/1/messages", data={"body": ""})
    assert empty.status_code == 422 and "There is no text yet." in empty.text
    for path in ("threads/0", "threads/9", "threads/1/media/1"):
        assert (await amy.get(f"{PRACTICE}/{path}")).status_code == 404, path
    assert (await amy.get(f"{PRACTICE}/threads/1/reports")).status_code == 405
    assert (await (await browse(cast.jonah)).get(PRACTICE)).status_code == 404


async def test_too_many_presses_are_slowed_down(cast: Cast, browse: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limiting, "PRACTICE", parse("2/hour"))
    amy = await started(browse, cast.amy)
    for card in (1, 2):
        answer = await amy.post(f"{PRACTICE}/queue/{card}/messages", follow_redirects=False)
    assert answer.headers["location"] == f"{PRACTICE}?said=slow"
    assert "a lot of practice" in (await amy.get(answer.headers["location"])).text


async def test_in_spanish_the_people_and_the_scripts_are_spanish(cast: Cast, browse: Browser) -> None:
    await transaction(lambda: User.filter(id=cast.amy.user_id).update(language="es"))
    amy = await started(browse, cast.amy)
    assert "Ya casi llega el momento de votar." in (await amy.get(QUEUE)).text
    await amy.post(f"{PRACTICE}/queue/1/messages")
    page = (await amy.get(f"{PRACTICE}/threads/1")).text
    assert "Yo siempre voto." in page and "Nadie aquí es real" in page


async def test_it_is_offered_to_whoever_is_new(cast: Cast, browse: Browser) -> None:
    amy, pages_of_hers = await browse(cast.amy), ("/c/meyer", f"/c/meyer/actions/{cast.action.id}")
    for path in pages_of_hers:
        assert f'href="{PRACTICE}"' in (await amy.get(path)).text
    await cast.start(cast.amy)
    for path in pages_of_hers:
        assert f'href="{PRACTICE}"' not in (await amy.get(path)).text


async def test_a_practice_with_all_tags_of_a_large_campaign_fits_its_cookie(cast: Cast) -> None:
    going, letters = rules.begin("en"), random.Random(1)
    for talk in going.talks:
        rules.tag(talk, ["".join(letters.choices("abcdefghijklmnopqrstuvwxyz", k=64)) for _ in range(rules.MOST_TAGS)])
    assert len(practising.cookie(cast.amy, going).value or "") <= practising.LONGEST
