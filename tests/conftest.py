"""Real parts for tests: a migrated database of either kind, a Valkey, a Twilio that runs here, a clock that stands."""

from __future__ import annotations

import gc
import os
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from hypothesis import settings as hypothesis_settings
from litestar import Litestar
from tortoise.backends.base.executor import EXECUTOR_CACHE

from tests.cast import MORNING, Cast, load_cast
from tests.cast.database import executed
from tests.cast.database.emptying import keep_connections
from tests.cast.database.fixtures import anew as anew
from tests.cast.database.fixtures import build_models_once
from tests.cast.database.fixtures import db_kind as db_kind
from tests.cast.database.fixtures import db_url as db_url
from tests.cast.database.fixtures import emptier as emptier
from tests.cast.database.fixtures import postgres as postgres
from tests.cast.database.fixtures import postgres_cast as postgres_cast
from tests.cast.database.fixtures import postgres_of_module as postgres_of_module
from tests.cast.database.fixtures import postgres_server as postgres_server
from tests.cast.database.fixtures import shared as shared
from tests.cast.database.fixtures import sqlite_cast as sqlite_cast
from tests.cast.database.fixtures import sqlite_template as sqlite_template
from tests.cast.sharing_out import SharingOut
from tests.cast.site import Browser, over_asgi
from tests.cast.stand_ins.simulated import gateway as gateway
from tests.cast.stand_ins.simulated import twilio as twilio
from tests.cast.stand_ins.simulated import valkey as valkey
from tests.cast.van import van as van
from webapp import clock, config, database, live, queue
from webapp.access import login
from webapp.app import create_app
from webapp.config import Settings
from webapp.models.accounts import passwords
from webapp.models.accounts.sessions import Session
from webapp.models.accounts.users import Membership
from webapp.simulator.account import ACCOUNT, TOKEN

passwords.hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)  # a try costs 0.1 s otherwise

hypothesis_settings.register_profile("ours", deadline=None)  # no test depends on how busy the machine is
hypothesis_settings.load_profile("ours")
EXECUTED = "TEXTBANK_TEST_EXECUTED"  # a folder, where bin/test runs everything
STATEMENTS: dict[str, dict[Any, Any]] = {}  # those Tortoise wrote for each kind of database
ROUTES = Path(__file__).parent / "routes"  # every page and form is asked for on both databases


gc.disable()  # until everything is imported and collected
build_models_once()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "both: run on SQLite and on PostgreSQL, as all tests of routes are")
    config.addinivalue_line("markers", "postgres: run on PostgreSQL only")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> SharingOut:
    return SharingOut(config, log)


def pytest_sessionstart(session: pytest.Session) -> None:
    if folder := os.environ.get(EXECUTED):
        executed.note_statements(Path(folder))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Objects made by now stay to the end: looking through them for garbage would cost an eighth of each test."""
    gc.freeze()
    gc.enable()
    gc.set_threshold(100_000, 20, 100)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "db_kind" in metafunc.fixturenames:
        marks = {mark.name for mark in metafunc.definition.iter_markers()}
        both = "both" in marks or ROUTES in metafunc.definition.path.parents
        kinds = ["postgres"] if "postgres" in marks else ["sqlite", "postgres"] if both else ["sqlite"]
        metafunc.parametrize("db_kind", kinds, indirect=True)


@pytest.fixture(autouse=True)
def standing_clock() -> Iterator[datetime]:
    clock.freeze(MORNING)
    yield MORNING
    clock.freeze(None)


@pytest.fixture
def settings(tmp_path: Path, valkey: str, db_url: str) -> Settings:
    return config.use(
        Settings(
            database_url=db_url,
            redis_url=valkey,
            data_dir=tmp_path / "var",
            secret_key="for tests only",
            twilio_account_sid=ACCOUNT,
            twilio_auth_token=TOKEN,
            twilio_api_url="http://127.0.0.1:9",
            public_url="http://texts.example",
        )
    )


@pytest.fixture(scope="session")
async def kept_connections() -> None:
    keep_connections()


@pytest.fixture
async def db(settings: Settings, kept_connections: None) -> AsyncIterator[None]:
    EXECUTOR_CACHE.clear()  # Tortoise keeps statements by the connection's name, whatever its dialect
    EXECUTOR_CACHE.update(STATEMENTS.setdefault(settings.database.partition(":")[0], {}))
    await queue.pool().flushall()  # what somebody tried in another test is forgotten
    await database.open_database(settings.database)
    yield
    STATEMENTS[settings.database.partition(":")[0]] = dict(EXECUTOR_CACHE)
    await queue.close()
    await database.close_database()


@pytest.fixture
async def cast(db: None) -> Cast:
    return await load_cast()


@pytest.fixture(scope="session")
def site() -> Litestar:
    """One for all tests: it keeps nothing of a request, and asks for the settings again each time."""
    return create_app()


@pytest.fixture
async def app(cast: Cast, site: Litestar) -> Litestar:
    site.state.hub = live.Hub()
    return site


@pytest.fixture
async def browse(app: Litestar) -> AsyncIterator[Browser]:
    """`await browse(cast.amy)`: a browser logged in as Amy; `await browse()`: one of a stranger."""
    async with AsyncExitStack() as stack:

        async def open_browser(member: Membership | None = None, **headers: str) -> httpx.AsyncClient:
            client = httpx.AsyncClient(transport=over_asgi(app), base_url="http://texts.example", headers=headers)
            if member:
                client.cookies.set(login.COOKIE, await Session.begin(member.user), domain="texts.example")
            return await stack.enter_async_context(client)

        yield open_browser


@pytest.fixture
def queues_told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[set[int], int]]:
    """The users whose open decks were told that first texts may not leave any more, or may again; and of which action."""
    told: list[tuple[set[int], int]] = []

    async def nudge_all(user_ids: Collection[int], event: str, id: int = 0) -> None:
        assert event == "queue-changed"
        told.append((set(user_ids), id))

    monkeypatch.setattr(live, "nudge_all", nudge_all)
    return told
