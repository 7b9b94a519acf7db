"""A process opens only a database that is up to date."""

from __future__ import annotations

from pathlib import Path

import pytest

from webapp import database
from webapp.config import Settings
from webapp.database import migrated
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
