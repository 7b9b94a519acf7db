"""The newest file of an SFTP folder is read each night, once; its server is confirmed before anything is sent to it (SPEC B8)."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cast import MORNING, Cast
from tests.cast.inputs.nights import fetched, next_night
from tests.cast.lists import take_all
from tests.cast.stand_ins.sftp import PASSWORD, USER, SftpServer, sftp_server
from tests.cast.waiting import until
from webapp import clock
from webapp.gateways import outside, sftp
from webapp.models.accounts.mail import Mail
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.lists import ContactList
from webapp.models.imports import importing
from webapp.models.imports.job import ContactImport
from webapp.models.nightly import folder, plan, telling
from webapp.models.nightly.folder import NightlyFolder, Wanted
from webapp.models.nightly.plan import NightlyImport, NightlyRun
from webapp.workers.nightly import fetching
from webapp.workers.van import asking

FIRST = "cell,given\n412-555-0150,Mina\n"
SECOND = FIRST + "412-555-0151,Ben\n"
pytestmark = pytest.mark.both


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[SftpServer]:
    async with sftp_server(tmp_path / "sftp") as one:
        one.put("voters.csv", FIRST)
        yield one


async def made(cast: Cast, server: SftpServer, password: str = PASSWORD, where: str = ".") -> NightlyImport:
    """Gary asks for the newest CSV of the folder. Without a password we make a key pair."""
    wanted = Wanted("127.0.0.1", server.port, USER, where, "*.csv", password)
    return await folder.make(cast.gary, wanted, "From the folder", 3)


async def confirmed(cast: Cast, server: SftpServer, **how: str) -> NightlyImport:
    """The server is asked for its key, and Gary confirms it."""
    row = await made(cast, server, **how)
    await fetched(row)
    assert await folder.confirm(cast.gary, row, server.fingerprint)
    return row


async def chosen(cast: Cast, server: SftpServer, **how: str) -> NightlyImport:
    """The first file was fetched, and Gary chose its columns."""
    row = await confirmed(cast, server, **how)
    run = await fetched(row)
    job = await ContactImport.get(id=run.import_id)
    assert job.status == "asking" and job.file_name.startswith("voters.csv, 127.0.0.1")
    await importing.answer(job, {"#0": "phone", "#1": "first_name"})
    await take_all(job.id)
    await fetching.sweep_nightly({})
    return row


async def test_a_folder_s_newest_file_comes_in_each_night_and_is_told(cast: Cast, server: SftpServer) -> None:
    row = await chosen(cast, server)
    server.put("voters-2.CSV", SECOND, 1_700_000_500)
    server.put("notes.txt", "x", 1_700_000_900)
    run = await next_night(row)
    assert (run.state, run.file_name) == ("stored", "voters-2.CSV") and run.told_at
    assert (await ContactList.get(name="From the folder")).size == 2
    letter = (await Mail.all().order_by("-id"))[0]
    assert letter.to == cast.gary.user.email and "New: 1. Updated: 1." in letter.text


async def test_nothing_is_sent_before_the_server_s_key_is_confirmed(cast: Cast, server: SftpServer) -> None:
    row = await made(cast, server)
    run = await fetched(row)
    assert run.state == "refused" and server.fingerprint in run.why and "Nobody has confirmed" in run.why
    assert server.tried == [] and (await NightlyFolder.get()).server_key == ""
    assert not await folder.confirm(cast.gary, row, "SHA256:another")
    assert (await next_night(row)).state == "refused" and server.tried == []
    assert await folder.confirm(cast.gary, row, server.fingerprint)
    assert (await fetched(row)).state == "reading" and server.tried == [PASSWORD]


@pytest.mark.parametrize("kind", ["ssh-ed25519", "ecdsa-sha2-nistp256"])
async def test_a_server_with_another_key_gets_no_password(cast: Cast, server: SftpServer, kind: str) -> None:
    row = await chosen(cast, server)
    before = server.fingerprint
    await server.show_another_key(kind)
    server.tried.clear()
    run = await next_night(row)
    assert run.state == "refused" and server.tried == []
    assert f"The server's key changed: {before} before, {server.fingerprint} now." in run.why
    its = await NightlyFolder.get()
    assert (its.fingerprint, its.shown_fingerprint) == (before, server.fingerprint)
    server.put("voters.csv", SECOND)
    assert await folder.confirm(cast.gary, row, server.fingerprint)
    assert (await fetched(row)).state == "stored" and server.tried == [PASSWORD]


async def test_a_server_that_shows_its_key_again_is_no_question_any_more(cast: Cast, server: SftpServer) -> None:
    row, own = await chosen(cast, server), server.key
    await server.show_another_key()
    assert (await next_night(row)).state == "refused" and (await NightlyFolder.get()).shown_key
    await server.show(own)
    server.put("voters.csv", SECOND)
    assert (await next_night(row, 2)).state == "stored" and not (await NightlyFolder.get()).shown_key


async def test_we_log_in_by_a_key_of_our_own_whose_private_part_is_sealed(cast: Cast, server: SftpServer) -> None:
    row = await confirmed(cast, server, password="")
    its = await NightlyFolder.get()
    assert its.public_key.startswith("ssh-ed25519 ") and "PRIVATE" not in its.secret
    run = await fetched(row)
    assert run.state == "refused" and "our public key" in run.why, "the server does not know it yet"
    server.keys.append(its.public_key)
    await plan.fetch_now(cast.gary, row)
    assert (await fetched(row)).state == "reading" and server.tried == []


async def test_the_same_file_comes_in_once(cast: Cast, server: SftpServer) -> None:
    row = await chosen(cast, server)
    run = await next_night(row)
    assert run.state == "refused" and "voters.csv, is the one that was read before" in run.why
    server.put("renamed.csv", FIRST, 1_700_000_500)
    assert (await next_night(row, 2)).state == "refused"
    assert await ContactImport.all().count() == 1
    server.put("renamed.csv", SECOND, 1_700_000_500)
    assert (await next_night(row, 3)).state == "stored"
    server.put("again.csv", FIRST, 1_700_000_900)
    assert (await next_night(row, 4)).state == "stored", "it is another file than the last one"


async def test_two_workers_at_once_take_a_file_in_once(cast: Cast, server: SftpServer) -> None:
    row = await chosen(cast, server)
    server.put("voters.csv", SECOND)
    clock.freeze(MORNING + timedelta(days=1))
    await asyncio.gather(*(fetching.run_nightly({}, row.id) for _ in range(3)))
    assert await ContactImport.all().count() == 2 == await NightlyRun.exclude(content="").count()


async def drop(files: Any) -> None:
    files.connection.abort()


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


async def test_secrets_are_in_no_row_no_letter_and_no_log(
    cast: Cast, server: SftpServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    row = await chosen(cast, server)
    server.put("voters.csv", SECOND)
    server.on_read = drop
    await next_night(row)
    its = await NightlyFolder.get()
    told = [letter.text + letter.html for letter in await Mail.all()]
    rows = [run.why for run in await NightlyRun.all()] + [its.secret, row.url]
    assert len(told) >= 3 and not [text for text in [*told, *rows, caplog.text] if PASSWORD in text]
    assert "PASSWORD" not in repr(folder.Wanted("h", 22, "u", ".", "*", PASSWORD)).replace(PASSWORD, "PASSWORD")
    assert PASSWORD not in repr(sftp.Login(PASSWORD, PASSWORD))


async def test_a_secret_is_sealed_anew_with_a_new_key_of_the_site(cast: Cast, server: SftpServer) -> None:
    await made(cast, server)
    assert NightlyFolder in asking.SEALED and asking.SEALED[NightlyFolder] == "secret"
