"""A new database, and two processes on one."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state_apps import StateApps
from tortoise.models import Model

from tests.cast import make_cast
from tests.cast.database.old_databases import (
    MIGRATIONS,
    ROOT,
    applied,
    around,
    columns,
    migrate_to_the_first,
    wrong_guards,
)
from tests.cast.database.plans import statements
from tests.cast.waiting import blocking
from webapp import config, database
from webapp.config import Settings
from webapp.database import operations
from webapp.database.migrate import migrate


@pytest.mark.both
def test_a_new_database_is_as_one_that_every_migration_was_run_on(new_url: str, tmp_path: Path) -> None:
    """It is made from the models at once. Were something only in a migration, or only in the models, it would show here."""
    blocking(migrate(new_url))
    at_once = blocking(columns(new_url)), blocking(around(new_url)), blocking(applied(new_url))
    step_by_step = _emptied(new_url, tmp_path)
    blocking(migrate_to_the_first(step_by_step))
    blocking(migrate(step_by_step))
    assert (blocking(columns(step_by_step)), blocking(around(step_by_step)), blocking(applied(step_by_step))) == at_once
    assert len(at_once[0]) > 400 and len(at_once[2]) == len(MIGRATIONS)
    assert blocking(wrong_guards(step_by_step)) == []


@pytest.mark.both
def test_a_new_database_costs_no_more_than_its_tables_and_guards(new_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It took 10 s of processor time when each migration ran and built all models again; so it takes one second (the issue
    wants two). The work that took that time is counted here: a clock would measure the neighbours too."""
    built, made, clone, create = [], [], StateApps.clone, operations.create_table

    def counted(apps: StateApps, model_states: Any = None) -> StateApps:
        built.append(apps)
        return clone(apps, model_states)

    async def noted(model: type[Model], editor: BaseSchemaEditor) -> None:
        made.append(model)
        await create(model, editor)

    monkeypatch.setattr(StateApps, "clone", counted)
    monkeypatch.setattr(operations, "create_table", noted)
    with statements() as asked:
        blocking(migrate(new_url))
    assert built == [] and len(made) == len(set(made)) > 90
    assert len(asked) < 10 * len(made), "a few a table, its indexes and triggers with it"


def _emptied(url: str, tmp_path: Path) -> str:
    """Another database in which nothing is."""
    if url.startswith("sqlite://"):
        return f"sqlite://{tmp_path / 'step_by_step.db'}"
    blocking(_drop_everything(url))
    return url


async def _drop_everything(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("DROP SCHEMA public CASCADE")
    await connection.execute("CREATE SCHEMA public")
    await connection.close()


def test_two_migrations_at_once_end_well(tmp_path: Path) -> None:
    environment = {
        "TEXTBANK_DATABASE_URL": f"sqlite://{tmp_path / 'new.db'}",
        "TEXTBANK_DATA_DIR": str(tmp_path),
        "PATH": "/usr/bin:/bin",
    }
    command = [sys.executable, "-m", "webapp.cli", "migrate"]
    both = [subprocess.Popen(command, env=environment, cwd=ROOT, stderr=subprocess.PIPE) for _ in range(2)]
    assert [process.wait(60) for process in both] == [0, 0], [process.stderr.read()[-800:] for process in both]  # type: ignore[union-attr]


WRITER = """
import asyncio, sys
from webapp import database
from webapp.models.accounts.campaign import Campaign
async def add():
    campaign = await Campaign.get(slug="meyer")
    campaign.bucket_size += 1
    await campaign.save(update_fields=["bucket_size"])
async def main():
    await database.open_database(sys.argv[1])
    try:
        for _ in range(20):
            await asyncio.gather(*(database.transaction(add) for _ in range(5)))
    finally:
        await database.close_database()
asyncio.run(main())
"""


def test_two_processes_write_one_sqlite_file_and_every_write_counts(tmp_path: Path, sqlite_template: Path) -> None:
    config.use(Settings(data_dir=tmp_path))
    url = f"sqlite://{tmp_path / 'shared.db'}"
    (tmp_path / "shared.db").write_bytes(sqlite_template.read_bytes())

    async def make() -> None:
        await database.open_database(url)
        try:
            await make_cast()
        finally:
            await database.close_database()

    blocking(make())
    both = [subprocess.Popen([sys.executable, "-c", WRITER, url], cwd=ROOT) for _ in range(2)]
    assert [process.wait(60) for process in both] == [0, 0]
    with sqlite3.connect(tmp_path / "shared.db") as found:
        assert found.execute("SELECT bucket_size FROM campaign WHERE slug = 'meyer'").fetchone() == (300,)
