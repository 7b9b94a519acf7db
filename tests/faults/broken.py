"""Builds that are broken on purpose, to see that the judge catches them: BROKEN=NAME in a process's environment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from arq.worker import Worker

from webapp import clock
from webapp.database import guards, transaction
from webapp.gateways import twilio
from webapp.models.accounts.mail import Mail
from webapp.models.conversations import closing
from webapp.models.conversations.message import Message
from webapp.models.imports import importing
from webapp.models.imports.job import ContactImport
from webapp.models.nightly import plan
from webapp.models.nightly import telling as nightly_reports
from webapp.models.nightly.plan import NightlyRun
from webapp.models.numbers import hearing
from webapp.models.numbers.number import PhoneNumber
from webapp.models.opt_in_forms.sign_up import SignUp
from webapp.models.opt_ins import texting as opt_in_texts
from webapp.models.outcomes import answers, doubt, outages, restoring, sent_notes, witness, wrong_clock
from webapp.models.sending import facts, leaving
from webapp.models.sending.claim import Wait, claim_next
from webapp.models.sending.leaving import Claimed
from webapp.rules import errors, safeguards
from webapp.workers import main as worker
from webapp.workers import settings
from webapp.workers.sending import calling, draining

died: Callable[[str], None] = lambda what: None  # dying.die_at  # noqa: E731


async def _drain(ctx: dict[str, Any], number_id: int) -> None:
    for message in (
        await Message.filter(number_id=number_id, status="queued", due_at__lte=clock.now()).order_by("id").limit(50)
    ):
        await message.fetch_related("number")
        assert message.number
        outcome = await ctx["twilio"].send(message.phone, message.number.e164, message.body, "http://127.0.0.1:9/", 600)
        died("called")
        while isinstance(claimed := await claim_next(number_id), Wait):
            await asyncio.sleep(0.002)
        if isinstance(claimed, Claimed):
            assert isinstance(outcome, twilio.Sent)
            await answers.taken(claimed.message_id, outcome.sid, claimed.attempt_id)


def claim_after() -> None:
    """Calls first and records its claim afterwards, as some systems do."""
    _drain.__qualname__ = "drain"
    settings.FUNCTIONS[0] = _drain


def deaf() -> None:
    """Asks for no opt-out, and a STOP cancels nothing; the test drops the database's own guard."""
    asked = facts.gather

    async def gather(*arguments: Any, **named: Any) -> Any:
        return replace(await asked(*arguments, **named), opted_out=False)

    closing.cancel_queued, facts.gather, guards.wrong = _nothing, gather, _none_of_them


def own_clock() -> None:
    """Each machine goes by its own clock, however far that is from Twilio's."""
    clock.follow = lambda told, at=0.0: None
    wrong_clock.stops = lambda ahead: False


def no_correcting() -> None:
    """Times that a wrong clock wrote are waited for, and the worker's clockwork waits for them too."""

    async def correct() -> int:
        return 0

    wrong_clock.correct = correct
    worker.SteadyWorker = Worker  # type: ignore[assignment,misc]


def sleepy() -> None:
    """A claim older than a few seconds is measured by the steady clock alone, which may have stood still."""

    async def seconds_left(claimed: Claimed) -> int:
        return 600 if clock.steady() - claimed.committed < leaving.TOO_OLD else 0

    vars(draining)["seconds_left"] = seconds_left


def trusting() -> None:
    """Believes its database, whatever Twilio and the notes beside it say."""

    async def no() -> bool:
        return False

    witness.unknown_text, restoring.is_older = _nothing, no
    sent_notes.of = lambda number_id: 0


def noting() -> None:
    """Believes the notes beside its database: what they don't know of has not left. With `trusting`."""
    asked = list[bool]()

    async def is_older() -> bool:
        noted = sent_notes.all_of_them()
        for number in await PhoneNumber.all() if not asked else ():
            newer = max(0, number.claim_mark - noted.get(number.id, 0))
            taken = await Message.filter(number_id=number.id, status="taken").order_by("-id").limit(newer)
            lost = Message.filter(id__in=[text.id for text in taken] or [0])
            await transaction(lambda: lost.update(status="queued", sid=None, attempts=0))  # noqa: B023
        asked.append(True)
        return False

    restoring.is_older = is_older


def burning() -> None:
    """Takes each refusal for one of the text's own."""
    errors.stops_sending = lambda code, own_region: False


def hasty() -> None:
    """Looks once, at once."""
    answers.FIRST_LOOK, doubt.LOOK_AGAIN = timedelta(seconds=0.2), ()  # type: ignore[assignment]


def tireless() -> None:
    """Rests after no failure."""

    async def failed(number_id: int, why: str, tried: bool = False) -> float:
        return 0.0

    outages.failed, calling.SLOW_OF_NUMBER, calling.SLOW_OF_ALL = failed, 1_000, 1_000


def one_by_one() -> None:
    """Asks for the texts of each number by itself, never for the account's."""
    asked = twilio.Twilio.pages_since

    async def pages_since(self: twilio.Twilio, since: datetime, to: str = "") -> AsyncIterator[twilio.Page]:
        if to:
            async for page in asked(self, since, to):
                yield page

    twilio.Twilio.pages_since = pages_since  # type: ignore[method-assign]
    hearing.needed_by_most = hearing.newest = lambda numbers: clock.now()


def forgetful() -> None:
    """Notes that an opt-in's text is made, and then makes it."""
    text = opt_in_texts.text

    async def noted_first(sign_up_id: int) -> int | None:
        row = await SignUp.get(id=sign_up_id)

        async def make() -> int | None:
            await SignUp.filter(id=row.id).exclude(try_at=None).update(wants=row.wants)
            return await text(row.id)

        await transaction(lambda: SignUp.filter(id=row.id).update(wants=""))
        return await transaction(make)

    opt_in_texts.text = noted_first


def repeating() -> None:
    """Makes an opt-in's text, and then notes that it is made; no rule holds the same words back."""
    text, mark, made = opt_in_texts.text, opt_in_texts.mark, list[tuple[SignUp, Message]]()

    async def later(row: SignUp, message: Message) -> None:
        made.append((row, message))

    async def noted_after(sign_up_id: int) -> int | None:
        number_id = await text(sign_up_id)
        died("marked")
        while made:
            row, message = made.pop()
            await transaction(lambda row=row, message=message: mark(row, message))  # type: ignore[misc]
        return number_id

    opt_in_texts.mark, opt_in_texts.text, safeguards.SAME_WORDS = later, noted_after, timedelta(0)


def noting_reports() -> None:
    """Notes that a nightly report is written, and then writes it."""

    async def noted_first(run: NightlyRun, written: list[tuple[str, str, str, str]]) -> None:
        if await transaction(lambda: NightlyRun.filter(id=run.id, told_at=None).update(told_at=clock.now())):
            died("noted")
            for letter in written:
                await Mail.write(*letter)

    nightly_reports.tell = noted_first


def unnoted() -> None:
    """Begins the import of a nightly file, and then notes it on its run."""

    async def noted_after(row: plan.NightlyImport, run: NightlyRun, path: Path) -> ContactImport:
        first = await ContactImport.get(id=row.first_import_id)
        job = await importing.begin(row.campaign, row.list_name, path, row.host, None, mapping=first.mapping)
        died("taken")
        noted = NightlyRun.filter(id=run.id)
        await transaction(lambda: noted.update(import_id=job.id, state=plan.READING))
        return job

    plan.take_in = noted_after


async def _nothing(*_: Any, **__: Any) -> None:
    return None


async def _none_of_them() -> list[str]:
    return []


BUILDS: dict[str, Callable[[], None]] = {
    build.__name__: build
    for build in (
        claim_after,
        deaf,
        own_clock,
        no_correcting,
        sleepy,
        trusting,
        noting,
        burning,
        hasty,
        tireless,
        one_by_one,
        forgetful,
        repeating,
        noting_reports,
        unnoted,
    )
}


def break_it(names: str) -> None:
    """``names``: of BUILDS, with a comma between."""
    for name in names.split(",") if names else ():
        BUILDS[name]()
