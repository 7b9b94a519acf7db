"""Workers that fetch nightly files are killed at each step: a file comes in once or not at all, and its report says which (SPEC B8)."""

from __future__ import annotations

import asyncio
import os
import random
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from aiohttp import web

from tests.cast import Cast, forked
from tests.cast.lists import take_all
from tests.cast.stand_ins.letters import mailbox
from tests.cast.stand_ins.sftp import PASSWORD, USER, SftpServer, sftp_server
from tests.faults.bank import LONG, ROOT, SEED, only_long
from webapp import clock, config
from webapp.database import transaction
from webapp.models.contacts.lists import ListMembership
from webapp.models.imports import importing
from webapp.models.imports.job import ContactImport
from webapp.models.nightly import folder, plan
from webapp.models.nightly.plan import REFUSED, STORED, NightlyImport, NightlyRun
from webapp.simulator.mailbox import Mailbox
from webapp.workers.nightly import fetching

pytestmark = [pytest.mark.both, pytest.mark.timeout(600 if LONG else 300)]
PEOPLE = 12
LIST = "From the sheet"
# Where the worker dies: before there is an import, while it reads, while it tells
LOST, READ, TELLING = ("begun", "fetched", "compared"), ("taken", "stored"), ("read", "written", "told", "mailed")


@dataclass
class Nights:
    """A nightly import whose columns are chosen, the server of its file, and the mail server of its reports."""

    mail: Mailbox
    row: NightlyImport = field(default_factory=NightlyImport)
    body: str = ""
    seen: int = 0  # letters
    process: forked.Forked | None = None  # the newest worker

    async def give(self, request: web.Request) -> web.Response:
        return web.Response(text="cell,given\n" + self.body, content_type="text/csv")

    def people(self, night: int) -> str:
        return "".join(f"412-555-{1000 + 100 * night + n},P{n}\n" for n in range(PEOPLE))

    async def falls(self, body: str) -> None:
        """It is night, and this is the file."""
        self.body = body
        await transaction(lambda: NightlyImport.filter(id=self.row.id).update(next_at=clock.now()))

    async def run(self, die: str = "", broken: str = "") -> int:
        """A worker until it dies or nothing is left. Returns its exit code."""
        assert self.mail.controller
        settings, smtp = config.settings(), f"smtp://127.0.0.1:{self.mail.controller.port}"
        command = [sys.executable, "-m", "tests.faults.telling.nightly_worker"]
        command += [settings.database, str(settings.data_dir), smtp]
        environment = os.environ | {"DIE": die, "BROKEN": broken, "PYTHONPATH": str(ROOT)}
        self.process = forked.start(command, environment)
        return await asyncio.to_thread(self.process.wait, 120)

    async def choose_the_columns(self) -> None:
        await fetching.run_nightly({}, self.row.id)
        job = await ContactImport.get(list_name=LIST)
        await take_all(job.id)
        await importing.answer(job, {"#0": "phone", "#1": "first_name"})
        await take_all(job.id)
        assert await self.run() == 0 and self.new_letters()

    def new_letters(self) -> set[str]:
        """The reports since the last call, on one line each. A report may have come more than once."""
        new, self.seen = self.mail.letters[self.seen :], len(self.mail.letters)
        return {" ".join(letter.text.split()) for letter in new}


@dataclass
class FolderNights(Nights):
    """The same of an SFTP folder."""

    server: SftpServer | None = None

    async def falls(self, body: str) -> None:
        assert self.server
        self.server.put("voters.csv", "cell,given\n" + body)
        await super().falls(body)


@pytest.fixture
def mail() -> Iterator[Mailbox]:
    with mailbox() as box:
        yield box


@pytest.fixture
async def nights(cast: Cast, mail: Mailbox) -> AsyncIterator[Nights]:
    config.use(replace(config.settings(), secret_key="s"))
    clock.freeze(None)
    made = Nights(mail)
    application = web.Application()
    application.router.add_get("/file", made.give)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.body = "412-555-0150,Mina\n"
    url, far_off = f"http://127.0.0.1:{runner.addresses[0][1]}/file", (clock.now().hour + 12) % 24
    made.row = await plan.make(
        cast.gary, url, "127.0.0.1", LIST, far_off
    )  # a night that comes by itself would be one too many
    await made.choose_the_columns()
    yield made
    await runner.cleanup()


@pytest.fixture
async def folder_nights(cast: Cast, mail: Mailbox, tmp_path: Path) -> AsyncIterator[FolderNights]:
    config.use(replace(config.settings(), secret_key="s"))
    clock.freeze(None)
    async with sftp_server(tmp_path / "sftp") as server:
        made = FolderNights(mail, server=server)
        wanted = folder.Wanted("127.0.0.1", server.port, USER, ".", "*.csv", PASSWORD)
        made.row = await folder.make(cast.gary, wanted, LIST, (clock.now().hour + 12) % 24)
        await fetching.run_nightly({}, made.row.id)
        assert await folder.confirm(cast.gary, made.row, server.fingerprint)
        await made.falls("412-555-0150,Mina\n")
        await made.choose_the_columns()
        yield made


async def came_in(night: int) -> int:
    phones = [f"+1412555{1000 + 100 * night + n}" for n in range(PEOPLE)]
    return await ListMembership.filter(contact_list__name=LIST, contact__phone__in=phones).count()


async def faults(nights: Nights, night: int) -> list[str]:
    """The faults of a night whose worker was killed, once another has done what was left."""
    run, letters = (await NightlyRun.all().order_by("-id"))[0], nights.new_letters()
    people = await came_in(night)
    wrong = [] if run.told_at else ["nobody is told"]
    if not letters:
        wrong.append("no report came")
    said, most = ("New: 12. Updated: 0. Refused: 0.", PEOPLE) if run.state == STORED else ("Nothing was stored.", 0)
    if any(said not in letter for letter in letters):
        wrong.append(f"a report does not say {said} {letters}")
    if people != most:
        wrong.append(f"{people} people came in, and {most} are reported")
    return wrong


async def killed(nights: Nights, night: int, die: str, broken: str = "") -> list[str]:
    """A night on which the worker is killed at this moment. Returns the night's faults."""
    await nights.falls(nights.people(night))
    assert await nights.run(die, broken) < 0, f"{die} never came"
    assert await nights.run(broken=broken) == 0
    return await faults(nights, night)


async def test_nights_whose_workers_are_killed_are_stored_once_and_told_truly(nights: Nights) -> None:
    dice = random.Random(SEED)
    moments = [*LOST, *READ, *TELLING] if LONG else [dice.choice(step) for step in (LOST, READ, TELLING)]
    for night, moment in enumerate(moments):
        times = dice.randint(1, 2) if moment == "stored" else 1
        assert await killed(nights, night, f"{moment}:{times}") == [], f"seed {SEED}: {moment}"
        run = (await NightlyRun.all().order_by("-id"))[0]
        assert run.state == (REFUSED if moment in LOST else STORED), f"seed {SEED}: {moment} {run.why}"
    assert await NightlyRun.all().count() == await NightlyRun.exclude(told_at=None).count() == 1 + len(moments)
    stored = await NightlyRun.filter(state=STORED).count()
    assert await ContactImport.filter(list_name=LIST, status="done").count() == stored, "one of each that is stored"

    # The next night, which nobody disturbs, brings in what was lost
    lost = PEOPLE * sum(moment in LOST for moment in moments)
    await nights.falls("".join(nights.people(night) for night in range(len(moments))))
    assert await nights.run() == 0
    [letter] = nights.new_letters()
    assert f"New: {lost}. Updated: {PEOPLE * len(moments) - lost}. Refused: 0." in letter, f"seed {SEED}"
    assert [await came_in(night) for night in range(len(moments))] == [PEOPLE] * len(moments), f"seed {SEED}"


async def test_a_folder_whose_workers_are_killed_is_stored_once_and_told_truly(folder_nights: FolderNights) -> None:
    nights, server, dice = folder_nights, folder_nights.server, random.Random(SEED)
    assert server
    reading, over = asyncio.Event(), asyncio.Event()

    async def hang(files: object) -> None:
        reading.set()
        await over.wait()

    await nights.falls(nights.people(0))
    server.on_read = hang
    worker = asyncio.create_task(nights.run())
    await asyncio.wait_for(reading.wait(), 120)
    assert nights.process
    nights.process.kill()
    assert await worker < 0
    server.on_read = None
    over.set()
    assert await nights.run() == 0
    assert await faults(nights, 0) == [] and (await NightlyRun.all().order_by("-id"))[0].state == REFUSED

    moments = [*READ, *TELLING] if LONG else [dice.choice(READ), dice.choice(TELLING)]
    for night, moment in enumerate(moments, 1):
        assert await killed(nights, night, f"{moment}:1") == [], f"seed {SEED}: {moment}"
        assert (await NightlyRun.all().order_by("-id"))[0].state == STORED, f"seed {SEED}: {moment}"
    stored = await ContactImport.filter(list_name=LIST).count()
    assert stored == await NightlyRun.filter(state=STORED).count() == 1 + len(moments)
    await nights.falls(nights.body)
    assert await nights.run() == 0
    [letter] = nights.new_letters()
    assert "read before" in letter and await ContactImport.filter(list_name=LIST).count() == stored, (
        "the same file once"
    )
    await nights.falls(nights.people(0))
    assert await nights.run() == 0 and await came_in(0) == PEOPLE, "what was lost comes in the next night"


async def test_the_judge_catches_a_build_that_notes_a_report_before_it_writes_it(nights: Nights) -> None:
    assert await killed(nights, 0, "noted:1", "noting_reports") == ["no report came"]


@only_long
async def test_the_judge_catches_a_build_that_notes_an_import_after_it_began(nights: Nights) -> None:
    [wrong] = await killed(nights, 0, "taken:1", "unnoted")
    assert wrong == "12 people came in, and 0 are reported"
