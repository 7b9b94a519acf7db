"""Databases of the first migration, to be migrated."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tortoise.migrations.schema_generator.state_apps import StateApps

from tests.cast.database.fixtures import whole
from tests.cast.database.old_databases import (
    FILLED,
    MIGRATIONS,
    ROOT,
    change,
    counts,
    fill_postgres,
    fill_sqlite,
    make_database,
    migrate_to_the_first,
    times_built,
)
from tests.cast.waiting import blocking, once
from webapp import config
from webapp.config import Settings
from webapp.database import configured
from webapp.database.migrate import migrate


@pytest.fixture
def new_url(db_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database in which nothing is."""
    config.use(Settings(data_dir=tmp_path))
    if db_kind == "sqlite":
        return f"sqlite://{tmp_path / 'old.db'}"
    server, name = request.getfixturevalue("postgres_server"), f"m_{request.getfixturevalue('worker_id')}"
    blocking(make_database(server, name))
    return str(server).replace("/postgres?", f"/{name}?")


@pytest.fixture
def old_url(new_url: str) -> str:
    """A database as the first migration made it, with the rows and guards that the code of its day put there."""
    _make_old(new_url)
    return new_url


def _make_old(url: str) -> None:
    blocking(migrate_to_the_first(url))
    if url.startswith("sqlite://"):
        fill_sqlite(url.removeprefix("sqlite://"))
    else:
        blocking(fill_postgres(url))
    assert set(blocking(counts(url))) == set(FILLED["rows"])


def _kept(
    name: str, migrating: Callable[[str], None], new_url: str, shared: Path, request: pytest.FixtureRequest
) -> str:
    """A copy, at ``new_url``, of a database that was migrated once for the whole run: a migration takes some seconds."""
    sqlite = new_url.startswith("sqlite://")
    server = "" if sqlite else str(request.getfixturevalue("postgres_server"))
    kept = shared / f"{name}.db"

    def make() -> None:
        if not sqlite:
            blocking(make_database(server, name))
        url = f"sqlite://{kept}" if sqlite else server.replace("/postgres?", f"/{name}?")
        _make_old(url)
        migrating(url)
        if sqlite:
            whole(kept)

    once(shared / f"{'sqlite' if sqlite else 'postgres'}.{name}", make)
    if sqlite:
        shutil.copy(kept, new_url.removeprefix("sqlite://"))
    else:
        blocking(make_database(server, f"m_{request.getfixturevalue('worker_id')}", name))
    return new_url


@pytest.fixture
def migrated_url(new_url: str, shared: Path, request: pytest.FixtureRequest) -> str:
    """Such a database after every migration."""
    return _kept("old_and_migrated", lambda url: blocking(migrate(url)), new_url, shared, request)


REFUSED_THEN = """
UPDATE message SET status = 'rejected', error_code = 21614, direction = 'out', kind = 'initial', script_version = 1,
       script_id = (SELECT MIN(id) FROM script), conversation_id = (SELECT MIN(id) FROM conversation),
       action_id = (SELECT action_id FROM conversation ORDER BY id LIMIT 1) WHERE id = (SELECT MIN(id) FROM message)
"""
TAKEN_BEFORE = """
UPDATE message SET taken_at = created_at, segments = 3, direction = 'out', price = '-0.01' WHERE id = (SELECT MIN(id) FROM message)
"""
NAMED = "UPDATE user_account SET first_name = 'José-María' WHERE id = 3"
LINK = """
INSERT INTO password_link (user_id, token_hash, expires_at, used_at) VALUES
       (4, 'h', '2026-11-25 16:00:00+00:00', '2026-11-24 17:00:00+00:00')
"""


@pytest.fixture
def lived_in_url(new_url: str, shared: Path, request: pytest.FixtureRequest) -> str:
    """Such a database after every migration, in which before them somebody had a name with accents, somebody had set a
    password by a link, and the first message had been refused as a landline."""

    def migrating(url: str) -> None:
        blocking(change(url, NAMED, LINK, REFUSED_THEN, TAKEN_BEFORE))
        built, clone = [], StateApps.clone

        def counted(apps: StateApps, model_states: Any = None) -> StateApps:
            built.append(apps)
            return clone(apps, model_states)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(StateApps, "clone", counted)
            blocking(migrate(url))
        times_built(shared, url).write_text(str(len(built)))

    return _kept("lived_in", migrating, new_url, shared, request)


NEXT = """
from tortoise import fields, migrations
from tortoise.migrations import operations as ops
from webapp.database.operations import CreateTables

async def fill(apps, state_editor):
    await state_editor.client.execute_query("UPDATE contact SET nickname = lower(first_name)")

class Migration(migrations.Migration):
    dependencies = [("models", "{last}")]
    operations = [
        ops.AddField("Contact", "nickname", fields.CharField(max_length=50, default="", db_default="-")),
        ops.RunPython(fill),
        ops.RemoveField("OptOut", "words"),
        CreateTables(
            ops.CreateModel("Note", [
                ("id", fields.IntField(primary_key=True)),
                ("campaign", fields.ForeignKeyField("models.Campaign", source_field="campaign_id")),
            ], {"table": "note", "app": "models", "pk_attr": "id"}, ["Model"]),
            ops.CreateModel("NoteLine", [
                ("id", fields.IntField(primary_key=True)),
                ("note", fields.ForeignKeyField("models.Note", source_field="note_id")),
                ("user", fields.ForeignKeyField("models.User", source_field="user_id", db_constraint=False)),
            ], {"table": "note_line", "app": "models", "pk_attr": "id"}, ["Model"]),
        ),
        ops.AlterField("Message", "encoding", fields.CharField(max_length=300)),
    ]
"""


@pytest.fixture
def one_more_migration(db_kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Made-up next migrations: one adds a column and fills it, removes one, alters one and makes two tables."""
    package = tmp_path / f"migrations_and_one_{db_kind}"
    shutil.copytree(ROOT / "webapp" / "migrations", package, ignore=shutil.ignore_patterns("__pycache__"))
    (package / "9999_next.py").write_text(NEXT.replace("{last}", MIGRATIONS[-1].stem))
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(configured, "MIGRATIONS", package.name)


FAILS = """
from tortoise import migrations
from tortoise.migrations import operations as ops

async def fail(apps, state_editor):
    await state_editor.client.execute_query("UPDATE contact SET last_name = ''")
    await state_editor.client.execute_query("SELECT 1 FROM nowhere")

class Migration(migrations.Migration):
    dependencies = [("models", "9999_next")]
    operations = [ops.RemoveField("Message", "encoding"), ops.RunPython(fail)]
"""


@pytest.fixture
def one_that_fails(one_more_migration: None, tmp_path: Path, db_kind: str) -> None:
    """A second made-up migration behind the first: it rebuilds a table and changes rows, then fails."""
    (tmp_path / f"migrations_and_one_{db_kind}" / "99999_fails.py").write_text(FAILS)
