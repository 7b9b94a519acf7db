"""Every page of the office says that sending is stopped or fails; a volunteer's says only what they need (SPEC X4)."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.cast.site import OFFICE, Browser
from webapp import config, queue
from webapp.config import Settings
from webapp.models.outcomes import learning, outages

PAGES = ("actions", "contacts", "lists", "users", "settings", "numbers", "setup", "operations", "attention", "opt-outs")


@pytest.fixture(autouse=True)
async def a_worker(cast: Cast) -> None:
    await queue.note_worker()


@pytest.mark.both
@pytest.mark.parametrize("code", [20003, 12345])
async def test_a_refused_account_is_said_on_every_page_with_what_was_kept(
    cast: Cast, browse: Browser, code: int
) -> None:
    await cast.start(cast.amy)
    await cast.click(cast.amy)
    gary = await browse(cast.gary)
    for where in PAGES:
        assert "All texts are stopped" not in (await gary.get(f"{OFFICE}/{where}")).text
    await learning.stop_campaign(cast.meyer.id, code)
    for where in PAGES:
        shown = (await gary.get(f"{OFFICE}/{where}")).text
        assert shown.count("All texts are stopped") == 1, where
        assert str(code) in shown and "1 text waits, and is not lost." in " ".join(shown.split()), where
        assert "Then press Start again." in shown
    told = (await (await browse(cast.amy)).get("/c/meyer")).text
    assert "All texts are stopped." in told and str(code) not in told


@pytest.mark.both
async def test_while_twilio_fails_pages_say_since_when_and_when_it_is_tried_again(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    for _ in range(outages.FEW_OF_ALL):
        await outages.failed(cast.number.id, "HTTP 503")
    shown = (await gary.get(OFFICE + "/actions")).text
    assert "Twilio fails (HTTP 503)." in shown and "Since" in shown and "Next try:" in shown
    await outages.works(cast.number.id)
    assert "Twilio fails" not in (await gary.get(OFFICE + "/actions")).text


async def test_pages_say_that_no_worker_runs_and_how_many_more_troubles_there_are(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    assert "not running" not in (await gary.get(OFFICE + "/actions")).text
    await queue.pool().delete(queue.WORKER)
    assert "The program that sends is not running" in (await gary.get(OFFICE + "/actions")).text
    await queue.note_clock(ahead=90.0, jumped=3600.0)
    shown = " ".join((await gary.get(OFFICE + "/actions")).text.split())
    assert "2 more troubles" in shown and "90 seconds ahead" not in shown
    every = (await gary.get(OFFICE + "/operations")).text
    assert "90 seconds ahead of Twilio" in every and "set forward by 60 minutes" in every and "not running" in every


async def test_pages_say_that_valkey_is_away(cast: Cast, browse: Browser, settings: Settings) -> None:
    gary = await browse(cast.gary)
    await queue.close()
    config.use(Settings(**{**settings.__dict__, "redis_url": "redis://127.0.0.1:1/0"}))
    shown = (await gary.get(OFFICE + "/actions")).text
    assert "Valkey, which tells the worker what to do" in shown and "is not running" not in shown
