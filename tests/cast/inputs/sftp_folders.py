"""Nightly imports of SFTP folders, as far as a test needs them."""

from __future__ import annotations

from typing import Any

from tests.cast import Cast
from tests.cast.inputs.nights import fetched
from tests.cast.lists import take_all
from tests.cast.stand_ins.sftp import PASSWORD, USER, SftpServer
from webapp.models.imports import importing
from webapp.models.imports.job import ContactImport
from webapp.models.nightly import folder
from webapp.models.nightly.folder import Wanted
from webapp.models.nightly.plan import NightlyImport
from webapp.workers.nightly import fetching

FIRST = "cell,given\n412-555-0150,Mina\n"
SECOND = FIRST + "412-555-0151,Ben\n"


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


async def drop(files: Any) -> None:
    files.connection.abort()
