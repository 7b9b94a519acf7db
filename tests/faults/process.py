"""Web and worker with short patience, that can be told to die at an exact moment; `tests.faults.machine` starts them.

DIE=what:n kills the process (SIGKILL) at the n-th: "claimed" (committed, not called), "called" (answered, not recorded), "recorded" (committed),
"inside" (in the click's transaction), "clicked" (committed, not answered), "webhook" (before it is stored), "stored";
of an upload "writing" (a piece of the file is about to be read; the second time the first one is written), "begun" (its row is committed, not answered), "surveyed" (looked
through, not noted), "slice" (rows are in, not committed), "sliced" (committed);
of an opt-in's text "marked" (it is queued, not committed), "texted" (committed, nobody nudged);
of an export "line" (lines are in the file, not committed), "rows" (the next are about to be read), "made" (the file is, not noted).
SLEEP=n: stops itself (SIGSTOP) after its n-th claim, right before the call. BROKEN names a build of `tests.faults.broken`.
PATIENCE: by what patience is made shorter still. PUSH_PORT: where every push service is, whatever its name.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from arq import cron
from litestar.datastructures import UploadFile
from tortoise.connection import get_connection

from tests.cast.stand_ins import push_service
from tests.faults import broken
from tests.faults.dying import BROKEN, die_at
from webapp import database, garbage, logs
from webapp.gateways import twilio, twilio_http
from webapp.models import long_work
from webapp.models.exports import run, writing
from webapp.models.exports.sources import Source
from webapp.models.imports import reading, store, upload
from webapp.models.imports.known import Known
from webapp.models.opt_ins import texting as opt_in_texts
from webapp.models.outcomes import answers, doubt, outages, sent_notes, witness
from webapp.models.receiving import applying
from webapp.models.sending import click_sql, first_text, leaving
from webapp.reader import child
from webapp.rules.van import pauses
from webapp.running import web
from webapp.workers import actions, bulk, exports, imports, settings
from webapp.workers import main as worker
from webapp.workers.accounts import mail
from webapp.workers.hooks import sending as hook_sending
from webapp.workers.nightly import fetching as nightly_fetching
from webapp.workers.opt_ins import texting
from webapp.workers.outcomes import restoring
from webapp.workers.receiving import catching_up, events
from webapp.workers.sending import calling, draining
from webapp.workers.sharing import passing
from webapp.workers.van import lists as van_lists
from webapp.workers.van import sending as van_sending

PATIENCE = float(os.environ.get("PATIENCE", "1"))
_awake = int(os.environ.get("SLEEP", "0"))


def note_and_sleep(number_id: int, mark: int, durable: bool = False) -> None:
    """Notes a claim; then the whole machine sleeps until it is woken. The process is not within a transaction then: on
    SQLite, where all processes are on one machine, the others would find the file locked for ever."""
    global _awake
    _note(number_id, mark, durable)
    _awake -= not durable
    if _awake == 0 and not durable:
        woken = threading.Event()
        _loops[0].call_soon_threadsafe(_sleep, woken)
        woken.wait()


def _sleep(woken: threading.Event) -> None:
    if database.dialect() == "sqlite" and vars(get_connection("write"))["_lock"].locked():
        _loops[0].call_later(0.002, _sleep, woken)
        return
    os.kill(os.getpid(), signal.SIGSTOP)
    woken.set()


_note = sent_notes.note
_loops: list[asyncio.AbstractEventLoop] = []


async def _run_worker() -> None:
    _loops.append(asyncio.get_running_loop())
    await worker.run()


def dying(before: str, verb: Any, after: str) -> Any:
    async def wrapped(*arguments: Any, **named: Any) -> Any:
        die_at(before)
        result = await verb(*arguments, **named)
        die_at(after)
        return result

    return wrapped


def after(verb: Callable[..., Any], what: str) -> Any:
    def wrapped(*arguments: Any) -> Any:
        result = verb(*arguments)
        die_at(what)
        return result

    return wrapped


def hurry() -> None:
    """The same machine with shorter patience: a call may take 2 s in all, so 4 s after a claim its worker is gone. Three
    looks go over 6 s instead of 8 minutes, so a list that lags by 6 minutes lags by 4.5 s."""
    vars(twilio_http).update(TOTAL=2 * PATIENCE, CONNECT=PATIENCE)
    leaving.TOO_OLD = PATIENCE
    doubt.GONE_AFTER = answers.FIRST_LOOK = timedelta(seconds=4 * PATIENCE)
    doubt.LOOK_AGAIN = (timedelta(seconds=PATIENCE), timedelta(seconds=PATIENCE))
    witness.RECORDED = timedelta(seconds=3 * PATIENCE)
    doubt.ASK_AFTER, doubt.ASK_AGAIN = timedelta(seconds=5), timedelta(seconds=5)
    outages.FIRST_REST, outages.TRY = PATIENCE, timedelta(seconds=4 * PATIENCE)
    vars(outages).update(LONGEST_HOLD=4 * PATIENCE, LONGEST_REST=4 * PATIENCE)
    calling.SLOW, draining.UNASKED = 0.4 * PATIENCE, PATIENCE
    settings.CLOCKWORK[:] = [
        *[job for job in settings.CLOCKWORK if job.coroutine in (actions.publish_scheduled, texting.text_sign_ups)],
        cron(van_sending.sweep_van, second=set(range(60)), timeout=20),
        cron(van_lists.sweep_lists, second=set(range(60)), timeout=20),
        cron(hook_sending.sweep_hooks, second=set(range(0, 60, 2)), timeout=20),
        cron(nightly_fetching.sweep_nightly, second=set(range(0, 60, 2)), timeout=20),
        cron(mail.send_waiting_mail, second=set(range(1, 60, 2)), timeout=20),
        cron(passing.share_opt_outs, second=set(range(1, 60, 2)), timeout=20),
        cron(draining.sweep, second=set(range(60)), run_at_startup=True, timeout=20),
        cron(draining.look_up, second=set(range(60)), timeout=20),
        cron(restoring.notice_restore, second=set(range(60)), timeout=20),
        cron(events.apply_events, second=set(range(60)), run_at_startup=True, timeout=20),
        cron(catching_up.catch_up, second=set(range(0, 60, 3)), run_at_startup=True, timeout=20),
        cron(events.ask_statuses, second=set(range(1, 60, 3)), timeout=20),
        cron(imports.resume_imports, second=set(range(60)), run_at_startup=True, timeout=20),
        cron(bulk.resume_bulk, second=set(range(60)), run_at_startup=True, timeout=20),
        cron(exports.resume_exports, second=set(range(60)), run_at_startup=True, timeout=20),
    ]
    pauses.SETTLE = 1
    long_work.GONE, reading.SIGN_OF_LIFE = timedelta(seconds=3), 0.5
    imports.WORK = bulk.WORK = exports.WORK = 3.0
    long_work.FIRST = long_work.LARGEST = 60


def main() -> None:
    garbage.search_seldom()
    hurry()
    broken.died = die_at
    broken.break_it(BROKEN)
    logs.set_up()
    if port := os.environ.get("PUSH_PORT"):
        push_service.lead_here(int(port))
    if sys.argv[1] == "web":
        click_sql.write = dying("", click_sql.write, "inside")
        first_text.send_first = dying("", first_text.send_first, "clicked")
        applying.keep = dying("webhook", applying.keep, "stored")
        UploadFile.read = dying("writing", UploadFile.read, "")  # type: ignore[method-assign]
        upload.start = dying("", upload.start, "begun")
        asyncio.run(web.run())
        return
    child.survey = dying("", child.survey, "surveyed")
    store.store = dying("", store.store, "slice")
    Known.committed = after(Known.committed, "sliced")  # type: ignore[method-assign]
    writing.append = after(writing.append, "line")
    Source.rows = dying("rows", Source.rows, "")  # type: ignore[method-assign]
    run.finish = dying("made", run.finish, "")
    twilio.Twilio.send = dying("claimed", twilio.Twilio.send, "called")  # type: ignore[method-assign]
    answers.taken = dying("", answers.taken, "recorded")
    opt_in_texts.mark = dying("", opt_in_texts.mark, "marked")
    opt_in_texts.text = dying("", opt_in_texts.text, "texted")
    if _awake:
        sent_notes.note = note_and_sleep
    asyncio.run(_run_worker())
