"""/ready and /metrics tell the truth while something is broken, and pages say what it is."""

from __future__ import annotations

import errno
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import asyncpg
import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import OperationalError

from tests.cast import Cast
from tests.cast.site import Browser
from webapp import clock, config, database, queue
from webapp.config import Settings
from webapp.database import failing, transaction
from webapp.models import data_files, writing

TOKEN = {"Authorization": "Bearer long and secret"}
Break = Callable[[], Awaitable[None]]


@pytest.fixture(autouse=True)
async def tried_anew(cast: Cast) -> AsyncIterator[None]:
    writing.forget()
    yield
    writing.forget()
    if database.dialect() == "postgres":  # the next test uses the same database
        await get_connection("default").execute_script("DROP FUNCTION IF EXISTS broken() CASCADE")


async def fill_the_disk() -> None:
    await refuse_writes("PRAGMA max_page_count = 1", "53100")


async def make_read_only() -> None:
    await refuse_writes("PRAGMA query_only = ON", "25006")


async def refuse_writes(pragma: str, code: str) -> None:
    if database.dialect() == "sqlite":
        await get_connection("write").execute_script(pragma)
        return
    await get_connection("default").execute_script(
        "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION 'broken' USING ERRCODE = '{code}'; END $$;"
        "CREATE TRIGGER broken BEFORE INSERT OR UPDATE ON write_test FOR EACH ROW EXECUTE FUNCTION broken();"
        "CREATE TRIGGER broken BEFORE INSERT OR UPDATE ON campaign FOR EACH ROW EXECUTE FUNCTION broken();"
    )


@pytest.mark.both
async def test_ready_is_ready_where_nothing_is_wrong(cast: Cast, browse: Browser) -> None:
    answer = await (await browse()).get("/ready")
    assert answer.status_code == 200
    assert answer.json() == {
        "ready": True,
        "database": True,
        "guards": True,
        "writes": True,
        "files": True,
        "valkey": True,
    }


@pytest.mark.both
@pytest.mark.parametrize(("breaks", "says"), [(fill_the_disk, "disk is full"), (make_read_only, "read-only")])
async def test_ready_names_a_database_that_takes_no_writes(
    cast: Cast, browse: Browser, breaks: Break, says: str
) -> None:
    await breaks()
    answer = await (await browse()).get("/ready")
    assert answer.status_code == 503
    told = answer.json()
    assert told["database"] and told["valkey"] and not told["ready"] and not told["writes"] and says in told["why"]


async def test_a_write_is_tried_every_few_seconds_at_most(cast: Cast, browse: Browser) -> None:
    client = await browse()
    assert (await client.get("/ready")).status_code == 200
    await make_read_only()
    assert (await client.get("/ready")).status_code == 200, "as it was a moment ago"
    writing.forget()
    assert (await client.get("/ready")).status_code == 503


async def test_ready_names_a_data_directory_that_is_full(
    cast: Cast, browse: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(data_files, "write", write)
    told = (await (await browse()).get("/ready")).json()
    assert not told["ready"] and not told["files"] and told["writes"]
    assert told["why"] == "the data directory takes no files: the disk is full"


async def away(*_: object) -> None:
    raise ConnectionRefusedError(111, "Connect call failed")


@pytest.mark.both
async def test_without_its_database_ready_blames_the_database_alone(
    cast: Cast, browse: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await browse()
    monkeypatch.setattr(database, "rows", away)
    told = (await client.get("/ready")).json()
    assert told["valkey"] and not told["database"] and not told["guards"] and not told["writes"]
    name = "SQLite" if database.dialect() == "sqlite" else "PostgreSQL"
    assert told["why"] == f"{name} does not answer (ConnectionRefusedError)"


async def test_without_valkey_ready_blames_valkey_alone(
    cast: Cast, browse: Browser, settings: Settings, without_valkey: None
) -> None:
    told = (await (await browse()).get("/ready")).json()
    assert told["database"] and told["writes"] and not told["valkey"] and told["why"].startswith("Valkey")


@pytest.fixture
async def full_valkey(settings: Settings) -> AsyncIterator[None]:
    """It answers, and takes nothing new."""
    await queue.pool().config_set("maxmemory", "1")
    yield
    await queue.pool().config_set("maxmemory", "0")


async def test_a_valkey_that_is_full_is_named_and_no_worker_is_missed(
    cast: Cast, browse: Browser, full_valkey: None
) -> None:
    """Workers can't note themselves either, so nobody knows whether one runs."""
    await queue.note_worker()
    told = (await (await browse()).get("/ready")).json()
    assert not told["ready"] and not told["valkey"] and told["why"] == "Valkey is full"
    page = (await (await browse(cast.selina)).get("/c/meyer/admin/operations")).text
    assert "Valkey, which tells the worker what to do, is full." in page and "is not running" not in page


@pytest.fixture
async def without_valkey(settings: Settings) -> None:
    """Nothing listens where Valkey was."""
    await queue.close()
    config.use(Settings(**{**settings.__dict__, "redis_url": "redis://127.0.0.1:1/0"}))


@pytest.mark.both
async def test_metrics_answer_with_what_can_be_known(
    cast: Cast, browse: Browser, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    config.use(Settings(**{**settings.__dict__, "metrics_token": "long and secret"}))
    client = await browse()
    fine = (await client.get("/metrics", headers=TOKEN)).text
    assert "textbank_database_up 1.0" in fine and "textbank_database_writes 1.0" in fine
    await make_read_only()
    writing.forget()
    told = (await client.get("/metrics", headers=TOKEN)).text
    assert "textbank_database_up 1.0" in told and "textbank_database_writes 0.0" in told
    assert "textbank_queue_texts" in told
    monkeypatch.setattr(database, "rows", away)
    broken = await client.get("/metrics", headers=TOKEN)
    assert broken.status_code == 200 and "textbank_database_up 0.0" in broken.text
    assert "textbank_worker_up" in broken.text


@pytest.mark.both
async def test_pages_are_read_on_while_nothing_can_be_stored(cast: Cast, browse: Browser) -> None:
    gary = await browse(cast.gary)
    await make_read_only()
    clock.freeze(clock.now() + timedelta(minutes=5))  # the next page would note that Gary is here
    assert (await gary.get("/c/meyer/admin/actions")).status_code == 200
    refused = await gary.post("/c/meyer/admin/stop")
    assert refused.status_code == 503
    assert "Nothing was stored" in refused.text and "Traceback" not in refused.text


async def test_without_its_database_a_page_says_so(
    cast: Cast, browse: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    gary = await browse(cast.gary)
    monkeypatch.setattr(database, "query", away)
    answer = await gary.get("/c/meyer/admin/operations")
    assert answer.status_code == 503 and "Back in a moment" in answer.text


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (OperationalError("database or disk is full"), "full"),
        (OperationalError("attempt to write a readonly database"), "read_only"),
        (OperationalError("unable to open database file"), "away"),
        (OperationalError("database is locked"), None),
        (OperationalError("no such column: x"), None),
        (asyncpg.DiskFullError("could not extend file"), "full"),
        (asyncpg.ReadOnlySQLTransactionError("cannot execute INSERT"), "read_only"),
        (asyncpg.CannotConnectNowError("the database system is starting up"), "away"),
        (asyncpg.ConnectionDoesNotExistError("connection was closed"), "away"),
        (asyncpg.DeadlockDetectedError("deadlock"), None),
        (ConnectionRefusedError(111, "refused"), "away"),
        (TimeoutError(), "away"),
        (OSError(errno.ENOSPC, "No space left on device"), "full"),
        (FileNotFoundError(2, "no such file"), None),
        (ValueError("disk is full"), None),
    ],
)
def test_an_error_of_the_database_is_told_from_a_mistake_of_ours(error: Exception, why: str | None) -> None:
    assert failing.why(error) == why


async def test_what_a_try_writes_does_not_grow(cast: Cast) -> None:
    for _ in range(3):
        writing.forget()
        await transaction(lambda: writing.WriteTest.all().count())
        assert await writing.tried() == writing.Writing()
    assert await writing.WriteTest.all().count() == 1
