"""A migration that fails leaves everything as it was."""

from __future__ import annotations

import pytest

from tests.cast.database.old_databases import around, rows, wrong_guards
from tests.cast.waiting import blocking
from webapp import database
from webapp.database.migrate import MigrationError, migrate


@pytest.mark.both
def test_a_migration_that_fails_in_the_middle_leaves_everything_as_it_was(
    migrated_url: str, request: pytest.FixtureRequest
) -> None:
    """The migrations before it too: tables, rows, indexes, and the triggers that keep opt-outs."""
    before, guarded = blocking(rows(migrated_url)), blocking(around(migrated_url))
    request.getfixturevalue("one_that_fails")
    with pytest.raises(MigrationError, match="nowhere"):
        blocking(migrate(migrated_url))
    assert blocking(rows(migrated_url)) == before
    assert blocking(around(migrated_url)) == guarded and "opt_out_kept" in guarded
    assert blocking(wrong_guards(migrated_url)) == []


@pytest.mark.both
def test_triggers_that_an_earlier_failure_left_out_are_back_even_after_a_failure(
    migrated_url: str, request: pytest.FixtureRequest
) -> None:
    blocking(_drop_a_trigger(migrated_url))
    assert blocking(wrong_guards(migrated_url)) == ["opt_out_kept"]
    request.getfixturevalue("one_that_fails")
    with pytest.raises(MigrationError):
        blocking(migrate(migrated_url))
    assert blocking(wrong_guards(migrated_url)) == []


async def _drop_a_trigger(url: str) -> None:
    await database.open_database(url, migrating=True)
    try:
        await database.rows("DROP TRIGGER opt_out_kept", "DROP TRIGGER opt_out_kept ON opt_out")
    finally:
        await database.close_database()
