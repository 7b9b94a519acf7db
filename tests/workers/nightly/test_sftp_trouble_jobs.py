"""An SFTP server that hangs, lies or breaks off stores nothing, and the letter says why (SPEC B8)."""

from __future__ import annotations

import asyncio
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cast import MORNING, Cast
from tests.cast.inputs.nights import fetched, next_night
from tests.cast.inputs.sftp_folders import SECOND, chosen, confirmed, drop, made
from tests.cast.stand_ins.sftp import SftpServer
from tests.cast.waiting import until
from webapp import clock
from webapp.gateways import outside
from webapp.models.accounts.mail import Mail
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.lists import ContactList
from webapp.models.imports.job import ContactImport
from webapp.models.nightly import telling
from webapp.models.nightly.plan import NightlyRun
from webapp.workers.nightly import fetching

pytestmark = pytest.mark.both


async def grow(files: Any) -> None:
    with (files.its.root / "voters.csv").open("a") as file:
        file.write("412-555-0199,Late\n")


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({"files": {"voters.csv": b""}}, "The file is empty."),
        ({"files": {"voters.csv": b"<!doctype html>"}}, "is a web page, not a CSV"),
        ({"files": {"voters.csv": b"\x7fELF\x00\x00\x00"}}, "is not a CSV"),
        ({"files": {"voters.csv": b"cell,family\n4125550151,Ben\n"}}, "missing: given; new: family"),
        ({"gone": True}, "no file named like *.csv"),
        ({"on_read": drop}, "Nothing was stored."),
        ({"on_read": grow}, "changed while it was read"),
        ({"offers_files": False}, "offers no SFTP"),
        ({"stopped": True}, "can't be reached"),
    ],
)
async def test_what_is_wrong_is_said_and_nothing_is_stored(
    cast: Cast, server: SftpServer, broken: dict[str, Any], said: str
) -> None:
    row = await chosen(cast, server)
    server.put("voters.csv", SECOND)
    for name, content in broken.get("files", {}).items():
        server.put(name, content)
    if broken.get("gone"):
        (server.root / "voters.csv").unlink()
    if not broken.get("offers_files", True):
        await server.stop()
        server.offers_files = False
        await server.start()
    server.on_read = broken.get("on_read")
    if broken.get("stopped"):
        await server.stop()
    run = await next_night(row)
    assert run.state == "refused" and said in run.why
    assert (await ContactList.get(name="From the folder")).size == 1 and await telling.leftovers() == []
    letter = (await Mail.all().order_by("-id"))[0]
    assert "Nothing was read tonight" in letter.subject and said in letter.text


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"password": "wrong-secret-77"}, "refuses the user or the password"),
        ({"where": "nowhere"}, "no folder of this name"),
        ({"where": "voters.csv"}, "no folder of this name"),
        ({"where": "/../../../../etc"}, "no f"),
    ],
)
async def test_a_wrong_password_or_folder_is_said(
    cast: Cast, server: SftpServer, how: dict[str, str], said: str
) -> None:
    run = await fetched(await confirmed(cast, server, **how))
    assert run.state == "refused" and said in run.why and await ContactImport.all().count() == 0


async def test_links_and_names_that_lead_away_are_left_alone(cast: Cast, server: SftpServer, tmp_path: Path) -> None:
    row = await chosen(cast, server)
    (tmp_path / "secret.csv").write_text(SECOND)
    (server.root / "z-link.csv").symlink_to(tmp_path / "secret.csv")
    (server.root / "z-folder.csv").mkdir()
    os.mkfifo(server.root / "z-pipe.csv")
    server.named = [b"../../secret.csv", b"..\\x.csv", b"a\x1b[2J.csv", b"\xff\xfe.csv", b".hidden.csv", b"/etc/x.csv"]
    server.named.append(b"n" * 300 + b".csv")
    server.put("voters.csv", SECOND)
    run = await next_night(row)
    assert (run.state, run.file_name) == ("stored", "voters.csv")
    assert {path.name.split("-")[0] for path in (tmp_path / "var" / "uploads").iterdir()} <= {"nightly", "1", "2"}


async def test_a_large_file_is_cut_off(cast: Cast, server: SftpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    row = await chosen(cast, server)
    monkeypatch.setattr(outside, "LARGEST_FILE", 1_000_000)
    server.put("voters.csv", "x" * 1_000_001)
    server.reads = 0
    run = await next_night(row)
    assert "is larger than 100 MB" in run.why and server.reads == 0
    server.put("voters.csv", "cell,given\n")

    async def endless(files: Any) -> None:
        with (files.its.root / "voters.csv").open("ab") as file:
            file.write(b"x" * 300_000)

    server.on_read = endless
    run = await next_night(row, 2)
    assert "changed while it was read" in run.why and server.reads < 10
    assert await telling.leftovers() == []


async def test_a_server_that_hangs_is_left(cast: Cast, server: SftpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    row = await chosen(cast, server)
    server.put("voters.csv", SECOND)
    reading, over = asyncio.Event(), asyncio.Event()

    async def hang(files: Any) -> None:
        reading.set()
        await over.wait()

    server.on_read = hang
    monkeypatch.setattr(outside, "FILE_SECONDS", 2)
    run = await next_night(row)
    over.set()
    assert reading.is_set() and run.state == "refused" and run.why == "No answer in time."


async def test_a_server_that_says_nothing_is_left(cast: Cast, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    mute = await asyncio.start_server(lambda *_: asyncio.sleep(3_600), "127.0.0.1", 0)
    monkeypatch.setattr(outside, "FILE_SECONDS", 1)
    row = await made(cast, SftpServer(tmp_path, port=mute.sockets[0].getsockname()[1]))
    run = await fetched(row)
    mute.close()
    assert run.state == "refused" and run.why == "No answer in time."


async def test_a_worker_that_is_stopped_while_a_server_hangs_ends_at_once(cast: Cast, server: SftpServer) -> None:
    row = await chosen(cast, server)
    server.put("voters.csv", SECOND)
    over, begun = asyncio.Event(), server.reads

    async def hang(files: Any) -> None:
        await over.wait()

    server.on_read = hang
    clock.freeze(MORNING + timedelta(days=1))
    work = asyncio.create_task(fetching.run_nightly({}, row.id))
    await until(lambda: server.reads > begun)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(work, 20)
    over.set()
    assert await ContactImport.all().count() == 1 and await telling.leftovers() == []
    clock.freeze(MORNING + timedelta(days=1, minutes=21))
    await fetching.sweep_nightly({})
    assert (await NightlyRun.all().order_by("-id"))[0].state == "refused"
    server.on_read = None
    assert (await next_night(row, 2)).state == "stored"
    assert await Contact.filter(phone="+14125550151").count() == 1
