"""The newest file of an SFTP folder is read each night, once; its server is confirmed before anything is sent to it (SPEC B8)."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

import pytest

from tests.cast import MORNING, Cast
from tests.cast.inputs.nights import fetched, next_night
from tests.cast.inputs.sftp_folders import FIRST, SECOND, chosen, confirmed, drop, made
from tests.cast.stand_ins.sftp import PASSWORD, SftpServer
from webapp import clock
from webapp.gateways import sftp
from webapp.models.accounts.mail import Mail
from webapp.models.contacts.lists import ContactList
from webapp.models.imports.job import ContactImport
from webapp.models.nightly import folder, plan
from webapp.models.nightly.folder import NightlyFolder
from webapp.models.nightly.plan import NightlyRun
from webapp.workers.nightly import fetching
from webapp.workers.van import asking

pytestmark = pytest.mark.both


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
