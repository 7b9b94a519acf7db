"""A worker stands still, or dies, at each place where it waits between claim and record, while others go on: nobody is texted
twice, and nobody is forgotten (SPEC X2)."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Awaitable, Callable, Coroutine, Generator, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.cast import Cast, texts
from tests.cast.stand_ins.twilio import Silent
from tests.faults.bank import LONG
from webapp import clock
from webapp.database import transaction
from webapp.gateways.twilio import Sent, Text
from webapp.models.contacts.contact import Contact
from webapp.models.conversations.message import TAKEN
from webapp.models.numbers.number import PhoneNumber
from webapp.models.outcomes import doubt
from webapp.models.sending.click import Queued
from webapp.workers.sending import draining

BLOCKING = "_asyncio_future_blocking"  # of asyncio's futures: a task that awaits one wants it set
BLOCKED = 2.0  # seconds; then the others wait for what the one that stands still has locked
MOST = 90 if LONG else 30  # people
APART = 1 if LONG else 9  # places from one that is tried to the next
LOOKS = (31, 31, 151, 301)  # seconds until a worker counts as gone, and from one look to the next

_of = contextvars.ContextVar[Any]("the process this task belongs to", default=None)
Meanwhile = Callable[[], Awaitable[None]]


class Process:
    """A worker that stands still, with all its tasks, at the n-th place where it waits, or dies there."""

    def __init__(self, at: int, dies: bool, meanwhile: Meanwhile) -> None:
        self.at, self.dies, self.meanwhile, self.waits = at, dies, meanwhile, 0
        self.outside = contextvars.copy_context()
        self.goes_on = asyncio.Event()
        self.goes_on.set()
        self.others: asyncio.Task[None] | None = None

    async def run(self, job: Coroutine[Any, Any, None]) -> None:
        """Returns once it and the others have ended."""
        loop = asyncio.get_running_loop()
        loop.set_task_factory(_factory)
        _of.set(self)
        self.task = asyncio.create_task(job)
        _of.set(None)
        await asyncio.gather(self.task, return_exceptions=True)
        loop.set_task_factory(None)
        if self.others:
            await self.others

    async def wait(self) -> None:
        """Called at each place."""
        self.waits += 1
        if self.waits != self.at:
            await self.goes_on.wait()
            return
        if self.dies:
            self.task.cancel()
            return
        self.goes_on.clear()
        self.others = self.outside.run(asyncio.get_running_loop().create_task, self._others())
        await asyncio.wait({self.others}, timeout=BLOCKED)
        self.goes_on.set()

    async def _others(self) -> None:
        await self.meanwhile()


class _Steps:
    def __init__(self, job: Coroutine[Any, Any, Any], process: Process) -> None:
        self.job, self.process = job, process

    def __await__(self) -> Generator[Any, Any, Any]:
        """As the coroutine itself; before each wait it asks whether the process stands still."""
        send: Callable[[], Any] = lambda: self.job.send(None)  # noqa: E731
        while True:
            try:
                awaited = send()
            except StopIteration as end:
                return end.value
            try:
                blocking = getattr(awaited, BLOCKING, None)
                yield from self.process.wait().__await__()
                if blocking is not None:
                    setattr(awaited, BLOCKING, blocking)
                yield awaited
                send = lambda: self.job.send(None)  # noqa: E731
            except BaseException as error:
                thrown = error
                send = lambda: self.job.throw(thrown)  # noqa: B023, E731


def _factory(loop: asyncio.AbstractEventLoop, job: Any, **more: Any) -> asyncio.Task[Any]:
    async def stepped(process: Process) -> Any:
        return await _Steps(job, process)

    process = _of.get()
    return asyncio.Task(stepped(process) if process else job, loop=loop, **more)


class Honest(Silent):
    """Takes texts, and lists them."""

    def __init__(self) -> None:
        self.texts: list[Text] = []
        self.called_after = 0  # so many waits of its worker, the last call

    async def newest_from(self, *_: object) -> list[Text]:
        return self.texts[::-1][:20]

    async def texts_between(self, to: str, *_: object) -> list[Text]:
        return [text for text in self.texts[::-1] if text.to == to]

    async def send(self, to: str, from_: str, body: str, *_: object) -> Sent:
        if process := _of.get():
            self.called_after = process.waits
        sid = f"SM{len(self.texts):032x}"
        self.texts.append(Text(sid, to, from_, body, "sent", None, clock.now(), direction="outbound-api"))
        await asyncio.sleep(0)
        return Sent(sid)


class Night:
    """Amy texts a new person each time, at the same hour."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.twilio, self.began = cast, Honest(), clock.now()
        self.people: Iterator[Contact] | None = None

    async def another_text(self) -> str:
        clock.freeze(self.began)
        await transaction(lambda: PhoneNumber.filter(id=self.cast.number.id).update(free_at=None))
        if not self.people:
            found = [await self.cast.add_contact(f"+1412555{4000 + n}", zip="15213") for n in range(MOST)]
            await self.cast.make()
            await self.cast.start(self.cast.amy)
            self.people = iter(found)
        person = next(self.people)
        assert isinstance(await self.cast.click(self.cast.amy, person), Queued)
        await self.pass_by(10)
        return person.phone

    async def pass_by(self, seconds: float) -> None:
        now: datetime = clock.now()
        clock.freeze(now + timedelta(seconds=seconds))

    async def others_go_on(self) -> None:
        """Another worker gives up what this one had, looks for it three times, and makes a second attempt."""
        ctx: dict[str, Any] = {"twilio": self.twilio}
        for seconds in LOOKS:
            await self.pass_by(seconds)
            await doubt.give_up_on_lost_workers()
            await draining.look_up(ctx)
        await draining.drain(ctx, self.cast.number.id)

    async def places(self) -> int:
        """How many there are, once everything was used before; between the first and the last lies the call."""
        for _ in range(5):  # PostgreSQL's driver waits more often at first
            places = await self.through(0, False)
        assert 10 < self.twilio.called_after < places
        return places

    async def through(self, at: int, dies: bool) -> int:
        """One text, with a worker that stands still or dies at this place. Returns how many places there were."""
        phone = await self.another_text()
        process = Process(at, dies, self.others_go_on)
        await process.run(draining.drain({"twilio": self.twilio}, self.cast.number.id))
        if dies or not process.others:
            await self.others_go_on()
        await self.others_go_on()
        got = [text.to for text in self.twilio.texts].count(phone)
        assert got == 1, f"{phone} got {got} texts: the worker {'died' if dies else 'stood still'} at wait {at}"
        return process.waits


@pytest.mark.both
@pytest.mark.parametrize("dies", [False, True])
@pytest.mark.timeout(600)
async def test_a_worker_that_stands_still_or_dies_wherever_it_waits_texts_nobody_twice(cast: Cast, dies: bool) -> None:
    night = Night(cast)
    places, call = await night.places(), night.twilio.called_after
    for at in sorted({*range(1, places + 1, APART), call - 1, call, call + 1}):
        await night.through(at, dies)
    assert {message.status for message in await texts()} == {TAKEN}


@pytest.mark.both
@pytest.mark.timeout(300)
async def test_a_build_that_does_not_ask_before_its_call_is_found_at_such_a_place(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def always(*_: object) -> int:
        return 600

    monkeypatch.setattr("webapp.workers.sending.draining.seconds_left", always)
    night = Night(cast)
    await night.places()
    call = night.twilio.called_after
    with pytest.raises(AssertionError, match="got 2 texts"):
        for at in range(call + 3, call - 13, -1):
            await night.through(at, False)
