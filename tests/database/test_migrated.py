"""A process opens only a database that is up to date; an upgrade gives indexes and tables of PostgreSQL their room."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cast import Cast
from webapp import database
from webapp.config import Settings
from webapp.database import guards, migrated, transaction
from webapp.database.migrated import NotMigrated, open_migrated
from webapp.models.accounts.campaign import Campaign


@pytest.mark.both
async def test_a_database_that_is_up_to_date_is_opened(settings: Settings) -> None:
    await open_migrated(settings.database)
    try:
        assert await Campaign.all().count() == 0
    finally:
        await database.close_database()


@pytest.mark.both
async def test_a_process_of_an_older_version_does_not_start_on_a_newer_database(
    db: None, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = migrated.FILES
    newest = max(file.stem for file in known.glob("[0-9]*.py"))
    older = [file for file in known.glob("[0-9]*.py") if file.stem != newest]

    class Older:
        def glob(self, _: str) -> list[Path]:
            return older

    monkeypatch.setattr(migrated, "FILES", Older())
    with pytest.raises(NotMigrated, match=f"is of a newer version than this program: it has {newest}"):
        await open_migrated(settings.database)


@pytest.mark.both
async def test_a_process_of_a_newer_version_does_not_start_on_an_older_database(
    db: None, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    newest = [*migrated.FILES.glob("[0-9]*.py"), Path("9999_next.py")]

    class Newer:
        def glob(self, _: str) -> list[Path]:
            return newest

    monkeypatch.setattr(migrated, "FILES", Newer())
    with pytest.raises(NotMigrated, match="it lacks 9999_next"):
        await open_migrated(settings.database)


_HALF_FULL = "SELECT relname AS name FROM pg_class WHERE relkind::text = ? AND 'fillfactor=50' = ANY (reloptions) ORDER BY relname"


@pytest.mark.postgres
async def test_an_upgrade_gives_the_indexes_that_start_writes_into_their_room(cast: Cast) -> None:
    """One of them is a primary key's, which no guard makes."""
    names = ["conversation_of_contact", "conversation_pkey", "one_conversation", "result_remaining"]
    assert [row["name"] for row in await database.query(_HALF_FULL, "i")] == names
    others = [name for name in names if name != "conversation_pkey"]

    async def change() -> None:
        await database.rows("ALTER INDEX conversation_pkey RESET (fillfactor)")
        await database.rows("COMMENT ON INDEX conversation_pkey IS NULL")
        for name in others:
            await database.rows(f"ALTER INDEX {name} RESET (fillfactor)")
            await database.rows(f"COMMENT ON INDEX {name} IS 'of an earlier version'")

    await transaction(change)
    assert sorted(await guards.wrong()) == names and await database.query(_HALF_FULL, "i") == []
    await transaction(guards.put_back)
    assert await guards.wrong() == [] and [row["name"] for row in await database.query(_HALF_FULL, "i")] == names


@pytest.mark.postgres
async def test_an_upgrade_gives_the_tables_of_a_login_their_room(cast: Cast) -> None:
    names = ["membership", "session", "user_account"]
    assert [row["name"] for row in await database.query(_HALF_FULL, "r")] == names

    async def change() -> None:
        for name in names:
            await database.rows(f"ALTER TABLE {name} RESET (fillfactor)")
            await database.rows(f"COMMENT ON TABLE {name} IS NULL")

    await transaction(change)
    assert sorted(await guards.wrong()) == names
    await transaction(guards.put_back)
    assert await guards.wrong() == [] and [row["name"] for row in await database.query(_HALF_FULL, "r")] == names
