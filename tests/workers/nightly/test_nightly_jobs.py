"""A file is fetched each night, read by the rules of an upload, and reported; what is wrong with it stores nothing (SPEC B8)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from tests.cast import MORNING, Cast
from tests.cast.inputs.nights import next_night
from tests.cast.lists import take_all
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts.audit import AuditAbout, AuditEvent
from webapp.models.accounts.mail import Mail
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.lists import ContactList
from webapp.models.departures import suspending
from webapp.models.imports import importing, reading
from webapp.models.imports.job import ContactImport
from webapp.models.nightly import plan, telling
from webapp.models.nightly.plan import NightlyImport, NightlyRun
from webapp.workers.nightly import fetching

FIRST = "cell,given,shoe\n412-555-0150,Mina,43\n"


@dataclass
class Server:
    """``body`` and ``status``: of the next answer; ``to``: where it leads on."""

    port: int = 0
    body: str = FIRST
    status: int = 200
    kind: str = "text/csv"
    to: str = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/file"

    async def give(self, request: web.Request) -> web.Response:
        if self.to and request.path == "/file":
            return web.Response(status=307, headers={"Location": self.to})
        return web.Response(status=self.status, text=self.body, content_type=self.kind)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    one = Server()
    application = web.Application()
    application.router.add_get("/{name}", one.give)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    one.port = runner.addresses[0][1]
    yield one
    await runner.cleanup()


async def chosen(cast: Cast, server: Server) -> NightlyImport:
    """The first file was fetched, and Gary chose its columns."""
    row = await plan.make(cast.gary, server.url, "127.0.0.1", "From the sheet", 3)
    await fetching.run_nightly({}, row.id)
    job = await ContactImport.get(file_name__startswith="127.0.0.1")
    await take_all(job.id)
    await job.refresh_from_db()
    assert job.status == "asking" and not await Contact.filter(phone="+14125550150").exists()
    await importing.answer(job, {"#0": "phone", "#1": "first_name"})
    await take_all(job.id)
    await fetching.sweep_nightly({})
    return row


async def test_the_columns_are_chosen_once_and_each_night_is_told(cast: Cast, server: Server) -> None:
    row = await chosen(cast, server)
    assert server.url not in row.url, "sealed"
    server.body = FIRST + "412-555-0151,Ben,44\n12,Nobody,1\n"
    run = await next_night(row)
    assert run.state == "stored" and run.told_at
    there = await ContactList.get(name="From the sheet")
    told = [
        (entry.user_id, entry.subject, entry.detail["source"])  # type: ignore[attr-defined]
        for entry in await AuditEvent.filter(what="list.begun_by_itself")
    ]
    assert told == [(None, "From the sheet", "nightly import")] * 2
    last = (await AuditEvent.filter(what="list.begun_by_itself").order_by("-id"))[0]
    about = {(about.kind, about.object_id) for about in await AuditAbout.filter(event_id=last.id)}
    assert about == {("import", run.import_id), ("list", there.id), ("nightly", row.id)}
    assert there.size == 2 and (await Contact.get(phone="+14125550151")).first_name == "Ben"
    first, second = await Mail.all().order_by("id")
    assert first.to == second.to == cast.gary.user.email
    assert "New: 1. Updated: 1. Refused: 1." in second.text and "Read tonight" in second.subject
    await fetching.run_nightly({}, row.id)
    assert await NightlyRun.all().count() == 2, "once a night"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"body": ""}, "The file is empty."),
        ({"status": 404}, "no file at this address"),
        ({"body": "<!doctype html><form>Log in</form>"}, "A web page came"),
        ({"body": "x", "kind": "text/html"}, "A web page came"),
        ({"body": "cell,family,shoe\n4125550151,Ben,44\n"}, "missing: given; new: family"),
        ({"to": "http://10.0.0.7/file"}, "has to begin with https"),
        ({"to": "https://169.254.169.254/latest"}, "has to name a server"),
    ],
)
async def test_what_is_wrong_is_said_and_nothing_is_stored(
    cast: Cast, server: Server, answer: dict[str, object], said: str
) -> None:
    row = await chosen(cast, server)
    vars(server).update(answer)
    run = await next_night(row)
    assert run.state == "refused" and said in run.why
    assert (await ContactList.get(name="From the sheet")).size == 1
    letter = (await Mail.all().order_by("-id"))[0]
    assert said in letter.text and "Nothing was read tonight" in letter.subject
    vars(server).update(vars(Server(port=server.port)))
    assert (await next_night(row, 2)).state == "stored", "the next night goes on"


async def test_a_redirect_is_followed_and_a_server_that_is_away_is_said(cast: Cast, server: Server) -> None:
    row = await chosen(cast, server)
    server.to = f"http://127.0.0.1:{server.port}/elsewhere?signed={'x' * 900}"
    assert (await next_night(row)).state == "stored"
    server.to = "http://127.0.0.1:1/"
    run = await next_night(row, 2)
    assert run.state == "refused" and "can't be reached" in run.why


async def test_columns_nobody_chose_wait(cast: Cast, server: Server) -> None:
    row = await plan.make(cast.gary, server.url, "127.0.0.1", "From the sheet", 3)
    await fetching.run_nightly({}, row.id)
    run = await next_night(row)
    assert run.state == "refused" and "Nobody has chosen the columns" in run.why


async def test_reports_fall_to_the_owners_once_their_maker_left(cast: Cast, server: Server) -> None:
    row = await chosen(cast, server)
    assert [to.id for to in await telling.readers(row)] == [cast.gary.id]
    assert await suspending.remove(cast.gary, cast.selina) == ""
    assert (await next_night(row)).state == "stored"
    assert [letter.to for letter in await Mail.all().order_by("id")] == [cast.gary.user.email, cast.selina.user.email]


async def test_a_worker_that_dies_while_it_tells_leaves_the_report_to_the_next(
    cast: Cast, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = await chosen(cast, server)
    clock.freeze(MORNING + timedelta(days=1))
    await fetching.run_nightly({}, row.id)
    run = (await NightlyRun.all().order_by("-id"))[0]
    await take_all(run.import_id or 0)

    async def dies(*_: object) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as broken:
        broken.setattr(Mail, "write", dies)
        with pytest.raises(asyncio.CancelledError):
            await fetching.sweep_nightly({})
    assert await Mail.all().count() == 1 and (await NightlyRun.get(id=run.id)).told_at is None
    for _ in range(2):
        await fetching.sweep_nightly({})
    assert await Mail.all().count() == 2, "once"


async def test_a_worker_that_dies_before_it_compared_the_columns_leaves_no_import(
    cast: Cast, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = await chosen(cast, server)
    server.body = "cell,family,shoe\n4125550151,Ben,44\n"

    async def dies(*_: object) -> list[str]:
        raise asyncio.CancelledError

    with monkeypatch.context() as broken:
        broken.setattr(reading, "header_of_file", dies)
        clock.freeze(MORNING + timedelta(days=1))
        with pytest.raises(asyncio.CancelledError):
            await fetching.run_nightly({}, row.id)
    assert await ContactImport.all().count() == 1 and await telling.leftovers() == []
    clock.freeze(MORNING + timedelta(days=1, minutes=21))
    await fetching.sweep_nightly({})
    assert (await NightlyRun.all().order_by("-id"))[0].state == "refused"
    assert not await Contact.filter(phone="+14125550151").exists()


async def test_the_header_that_was_chosen_holds_for_all_nights(cast: Cast, server: Server) -> None:
    row = await chosen(cast, server)
    await transaction(lambda: ContactImport.all().update(header_line=1))
    run = await next_night(row)
    job = await ContactImport.get(id=run.import_id)
    assert (run.state, job.header_line) == ("stored", 1), "and so does the sheet"


async def test_files_that_nobody_takes_in_are_deleted(cast: Cast, server: Server) -> None:
    row = await plan.make(cast.gary, server.url, "127.0.0.1", "From the sheet", 3)
    await fetching.run_nightly({}, row.id)
    kept = {path.name for path in reading.folder().glob("nightly-*.list")}
    assert len(kept) == 1
    assert (await next_night(row)).state == "refused"
    assert {path.name for path in reading.folder().glob("nightly-*.list")} == kept
    telling.file_of(await NightlyRun.all().order_by("-id").first() or NightlyRun(), "dead").write_text("x")
    await fetching.forget_fetched({})
    assert {path.name for path in reading.folder().glob("nightly-*.list")} == kept


async def test_what_ended_while_it_was_fetched_stores_nothing(
    cast: Cast, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = await chosen(cast, server)
    compare = reading.header_of_file

    async def ended_meanwhile(*of: object) -> list[str]:
        await plan.end(cast.selina, row)
        return await compare(*of)  # type: ignore[arg-type]

    monkeypatch.setattr(reading, "header_of_file", ended_meanwhile)
    run = await next_night(row)
    assert run.state == "refused" and "Somebody ended" in run.why and await ContactImport.all().count() == 1


async def test_what_is_being_fetched_is_not_begun_again(cast: Cast, server: Server) -> None:
    row = await plan.make(cast.gary, server.url, "127.0.0.1", "From the sheet", 3)
    begun = await plan.begin(row.id)
    await plan.fetch_now(cast.gary, row)
    assert begun and await plan.begin(row.id) is None
    await plan.refuse(begun[1], "away")
    await plan.fetch_now(cast.gary, row)
    assert await plan.begin(row.id)


@pytest.mark.both
async def test_a_night_in_the_campaign_s_zone_comes_once(cast: Cast) -> None:
    clock.freeze(datetime(2026, 11, 25, 5, 1, tzinfo=UTC))  # one minute past midnight in New York
    row = await plan.make(cast.gary, "http://127.0.0.1:1/x", "127.0.0.1", "S", 3)
    assert await plan.begin(row.id)
    assert await plan.due() == [] and await plan.begin(row.id) is None
    clock.freeze(datetime(2026, 11, 25, 8, 0, 1, tzinfo=UTC))
    assert await plan.due() == [row.id]
