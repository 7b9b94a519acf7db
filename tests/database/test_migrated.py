"""A process opens only a database that is up to date."""

from __future__ import annotations

import pytest

from webapp import database
from webapp.config import Settings
from webapp.database.migrated import open_migrated
from webapp.models.accounts.campaign import Campaign


@pytest.mark.both
async def test_a_database_that_is_up_to_date_is_opened(settings: Settings) -> None:
    await open_migrated(settings.database)
    try:
        assert await Campaign.all().count() == 0
    finally:
        await database.close_database()
