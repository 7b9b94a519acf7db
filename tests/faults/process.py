"""Web and worker with short patience, that can be told to die at an exact moment: `python -m tests.faults.process web`.

DIE=what:n kills the process (SIGKILL) at the n-th: "claimed" (committed, not called), "called" (answered, not recorded),
"inside" (in the click's transaction), "clicked" (committed, not answered), "webhook" (before it is stored), "stored";
of an upload "writing" (a piece of the file is about to be read; the second time the first one is written), "begun" (its row is committed, not answered), "surveyed" (looked
through, not noted), "slice" (rows are in, not committed), "sliced" (committed).
BROKEN=claim_after records the claim after the call, BROKEN=deaf heeds no opt-out: the judge must catch both.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from arq import cron
from litestar.datastructures import UploadFile

from webapp import logs
from webapp.database import guards
from webapp.gateways import twilio, twilio_http
from webapp.models import long_work
from webapp.models.conversations import closing
from webapp.models.conversations.message import Message
from webapp.models.imports import reading, store, upload
from webapp.models.imports.known import Known
from webapp.models.outcomes import answers, doubt
from webapp.models.receiving import applying
from webapp.models.sending import claim, click, click_sql, facts
from webapp.models.sending.claim import Claimed, Wait, claim_next
from webapp.reader import child
from webapp.running import web
from webapp.workers import bulk, imports, receiving, sending, settings
from webapp.workers import main as worker

WHAT, _, NUMBER = os.environ.get("DIE", "").partition(":")
_left = int(NUMBER or 0)


def die_at(what: str) -> None:
    global _left
    if what and what == WHAT:
        _left -= 1
        if _left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)


def dying(before: str, verb: Any, after: str) -> Any:
    async def wrapped(*arguments: Any, **named: Any) -> Any:
        die_at(before)
        result = await verb(*arguments, **named)
        die_at(after)
        return result

    return wrapped


def after(verb: Callable[..., None], what: str) -> Any:
    def wrapped(*arguments: Any) -> None:
        verb(*arguments)
        die_at(what)

    return wrapped


def hurry() -> None:
    """The same machine with shorter patience: a call may take 2 s in all, so 4 s after a claim its worker is gone."""
    twilio_http.TOTAL, twilio_http.CONNECT = 2, 1
    claim.TOO_OLD = 1.0
    doubt.GONE_AFTER = answers.FIRST_LOOK = timedelta(seconds=4)
    doubt.LOOK_AGAIN = (timedelta(seconds=1), timedelta(seconds=1))
    settings.CLOCKWORK[:] = [
        cron(sending.sweep, second=set(range(60)), run_at_startup=True, timeout=20),
        cron(sending.look_up, second=set(range(60)), timeout=20),
        cron(receiving.apply_events, second=set(range(60)), run_at_startup=True, timeout=20),
        cron(receiving.catch_up, second=set(range(0, 60, 3)), run_at_startup=True, timeout=20),
        cron(imports.resume_imports, second=set(range(60)), run_at_startup=True, timeout=20),
        cron(bulk.resume_bulk, second=set(range(60)), run_at_startup=True, timeout=20),
    ]
    long_work.GONE, reading.SIGN_OF_LIFE = timedelta(seconds=3), 0.5
    imports.WORK = bulk.WORK = 3.0
    long_work.FIRST = long_work.LARGEST = 60


async def broken_drain(ctx: dict[str, Any], number_id: int) -> None:
    """A build that calls first and records its claim afterwards, as some systems do."""
    from webapp import clock

    for message in (
        await Message.filter(number_id=number_id, status="queued", due_at__lte=clock.now()).order_by("id").limit(50)
    ):
        await message.fetch_related("number")
        assert message.number
        outcome = await ctx["twilio"].send(message.phone, message.number.e164, message.body, "http://127.0.0.1:9/", 600)
        die_at("called")
        claimed = await claim_next(number_id)
        while isinstance(claimed, Wait):
            await asyncio.sleep(0.002)
            claimed = await claim_next(number_id)
        if isinstance(claimed, Claimed):
            assert isinstance(outcome, twilio.Sent)
            await answers.taken(claimed.message_id, outcome.sid, claimed.attempt_id)


def deafen() -> None:
    """A build whose worker asks for no opt-out and whose STOP cancels nothing; the test drops the database's own guard."""

    async def nothing(*_: Any, **__: Any) -> None:
        return None

    asked = facts.gather

    async def deaf(*arguments: Any, **named: Any) -> Any:
        return replace(await asked(*arguments, **named), opted_out=False)

    async def nothing_missing() -> list[str]:
        return []

    closing.cancel_queued, facts.gather, guards.wrong = nothing, deaf, nothing_missing


def main() -> None:
    hurry()
    if os.environ.get("BROKEN") == "deaf":
        deafen()
    logs.set_up()
    if sys.argv[1] == "web":
        click_sql.write = dying("", click_sql.write, "inside")
        click.send_first = dying("", click.send_first, "clicked")
        applying.keep = dying("webhook", applying.keep, "stored")
        UploadFile.read = dying("writing", UploadFile.read, "")  # type: ignore[method-assign]
        upload.start = dying("", upload.start, "begun")
        asyncio.run(web.run())
        return
    child.survey = dying("", child.survey, "surveyed")
    store.store = dying("", store.store, "slice")
    Known.committed = after(Known.committed, "sliced")  # type: ignore[method-assign]
    twilio.Twilio.send = dying("claimed", twilio.Twilio.send, "called")  # type: ignore[method-assign]
    if os.environ.get("BROKEN") == "claim_after":
        broken_drain.__qualname__ = "drain"
        settings.FUNCTIONS[0] = broken_drain
    asyncio.run(worker.run())


if __name__ == "__main__":
    main()
