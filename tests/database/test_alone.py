"""A single write is a transaction by itself."""

from __future__ import annotations

import pytest
from tortoise.backends.asyncpg.client import TransactionWrapper

from webapp import database
from webapp.database import transaction

ADD = "INSERT INTO zone_set (names) VALUES (?) RETURNING id"


async def there() -> list[str]:
    return [row["names"] for row in await database.query("SELECT names FROM zone_set ORDER BY names")]


@pytest.mark.both
async def test_a_single_write_is_kept(db: None) -> None:
    [row] = await database.alone(ADD, "America/New_York")
    assert row["id"] and await there() == ["America/New_York"]


@pytest.mark.both
async def test_within_a_transaction_it_is_part_of_it(db: None) -> None:
    async def body() -> None:
        await database.alone(ADD, "America/New_York")
        raise KeyError

    with pytest.raises(KeyError):
        await transaction(body)
    assert await there() == []


@pytest.mark.postgres
async def test_on_postgresql_it_begins_and_commits_nothing(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    async def begin(self: TransactionWrapper) -> None:
        raise AssertionError("a transaction was begun")

    monkeypatch.setattr(TransactionWrapper, "begin", begin)
    await database.alone(ADD, "America/New_York")
    assert await there() == ["America/New_York"]
