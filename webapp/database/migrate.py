"""`textbank migrate`: from any earlier state to the present one, with a copy kept and every guard put back."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import functools
import graphlib
import sqlite3
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import asyncpg
from tortoise import Tortoise
from tortoise.apps import Apps
from tortoise.connection import get_connection
from tortoise.fields.relational import ForeignKeyFieldInstance
from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_editor.sqlite import SqliteSchemaEditor
from tortoise.migrations.schema_generator.state import State
from tortoise.migrations.schema_generator.state_apps import StateApps
from tortoise.models import Model

from webapp import clock, database
from webapp.database import address, guards, operations, statistics

KEEP_COPIES = 5
_LOCK_NUMBER = 7_267_001


class MigrationError(Exception):
    """The migration could not be finished; the text says what is to be done."""


async def migrate(url: str) -> None:
    """Locks, copies (SQLite), then does everything else in one transaction. So a migration that fails, or a process
    that dies, leaves tables, rows and guards as they were."""
    async with _locked(url):
        copy: Path | None = None
        try:
            copy = await asyncio.to_thread(_copy, url)
            await database.open_database(url, migrating=True)
            changed = await _run(database.configuration(url, migrating=True))
        except Exception as error:
            await _put_triggers_back()
            kept = f" A copy from before is {copy}." if copy else ""
            raise MigrationError(f"The database could not be migrated, and is as it was: {error}.{kept}") from error
        else:
            if changed:
                await statistics.count_all()
        finally:
            await database.close_database()


async def _run(config: dict[str, Any]) -> bool:
    """True where it changed tables that were there. On SQLite foreign keys are off (a rebuild would break them), so they are
    checked before the commit."""
    async with get_connection("default")._in_transaction() as connection:
        executor = _Executor(connection, config["apps"])
        # Before the executor asks for it: on PostgreSQL a question about a missing table ends the transaction
        await executor.recorder.ensure_schema(executor._schema_editor(atomic=False))
        before = await executor.recorder.applied_migrations()
        if before:
            await executor.migrate(direction="forward")
        else:
            await _create_all(executor)
        await guards.put_back()
        if database.dialect() == "sqlite" and (broken := await database.rows("PRAGMA foreign_key_check")):
            raise MigrationError(f"{len(broken)} rows point at rows that are not there")
        return bool(before) and await executor.recorder.applied_migrations() != before


async def _create_all(executor: MigrationExecutor) -> None:
    """A new database gets today's tables and is noted as migrated. Running each migration instead takes 6 s of CPU for 33 of
    them, and what they do to rows has nothing to do here. `tests/database/test_new_databases.py` compares the two."""
    await executor.loader.build_graph()
    editor = executor._schema_editor(atomic=False)
    for model in _referenced_first(cast(Apps, Tortoise.apps)["models"].values()):
        await operations.create_table(model, editor)
    for key in sorted(executor.loader.graph.nodes, key=lambda key: key.name):
        await executor.recorder.record_applied(key.app_label, key.name)


def _referenced_first(models: Iterable[type[Model]]) -> list[type[Model]]:
    """A table comes after those its foreign keys point to."""
    references = {
        model: {
            field.related_model
            for field in model._meta.fields_map.values()
            if isinstance(field, ForeignKeyFieldInstance) and field.related_model is not model
        }
        for model in sorted(models, key=lambda model: str(model._meta.db_table))
    }
    return list(graphlib.TopologicalSorter(references).static_order())


async def _put_triggers_back() -> None:
    """Those that were missing before: an earlier version left them out when its migration failed."""
    with contextlib.suppress(Exception):  # the failure that led here is the one to tell
        async with get_connection("default")._in_transaction():
            await guards.put_missing_triggers_back()


class _Executor(MigrationExecutor):
    def _schema_editor(self, atomic: bool = True, collect_sql: bool = False) -> BaseSchemaEditor:
        if database.dialect() == "sqlite":
            return _RebuildingEditor(self.connection, atomic=atomic, collect_sql=collect_sql)
        return super()._schema_editor(atomic, collect_sql)

    async def _project_state(self, *arguments: Any, **named: Any) -> State:
        found = await super()._project_state(*arguments, **named)
        return _State(models=found.models, apps=found.apps)


class _State(State):
    """Tortoise builds all models again before each operation, in case it looks at them as they were: a tenth of a second
    each time. Here they are built when it looks, which ours don't."""

    def clone(self) -> State:
        return _Before(self)


class _Before(State):
    def __init__(self, state: State) -> None:
        self.models = {key: model.clone() for key, model in state.models.items()}
        self._apps = state.apps

    @functools.cached_property
    def apps(self) -> StateApps:  # type: ignore[override]
        return self._apps.clone(model_states=self.models)


class _RebuildingEditor(SqliteSchemaEditor):
    async def _remake_table(self, model: type[Model], *arguments: Any, **named: Any) -> None:
        """A trigger that reads a rebuilt table makes the rebuild fail, so it goes first, and comes back with the guards."""
        await guards.drop_triggers_that_name(model._meta.db_table)
        await super()._remake_table(model, *arguments, **named)


@asynccontextmanager
async def _locked(url: str) -> AsyncIterator[None]:
    """One migration at a time, over all processes."""
    if address.dialect(url) == "sqlite":
        path = Path(address.sqlite_path(url))
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.with_suffix(".migrating").open("w") as lock:
            await asyncio.to_thread(fcntl.flock, lock, fcntl.LOCK_EX)
            yield
        return
    connection = await _connected(url)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", _LOCK_NUMBER)
        yield
    finally:
        await connection.close()


async def _connected(url: str) -> asyncpg.Connection:
    try:
        return await asyncpg.connect(**address.for_one_connection(url))
    except (OSError, UnicodeError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        why = " ".join(str(error).split()) or type(error).__name__
        raise MigrationError(f"The database {address.shown(url)} does not answer: {why}") from error


def _copy(url: str) -> Path | None:
    """A copy by SQLite's own backup: cp would miss what is in the write-ahead log."""
    if address.dialect(url) == "postgres":
        return None
    path = Path(address.sqlite_path(url))
    if not path.exists() or path.stat().st_size == 0:
        return None
    folder = path.parent / "copies"
    folder.mkdir(exist_ok=True)
    copy = folder / f"{path.stem}-{clock.now():%Y%m%d-%H%M%S-%f}.db"
    with sqlite3.connect(path) as source, sqlite3.connect(copy) as target:
        source.backup(target)
    source.close()
    target.close()
    for old in sorted(folder.glob(f"{path.stem}-*.db"))[:-KEEP_COPIES]:
        old.unlink()
    return copy
