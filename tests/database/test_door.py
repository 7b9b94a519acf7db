"""The one door: what begins is always given back, and the database refuses what must not be."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import aiosqlite
import pytest
from tortoise.exceptions import IntegrityError, OperationalError

from tests.cast import Cast
from webapp import clock, database
from webapp.database import failing, guards, transaction
from webapp.models.accounts.campaign import Campaign
from webapp.models.contacts.contact import Contact
from webapp.models.opt_outs.opt_out import OptOut


@pytest.mark.both
async def test_a_request_cancelled_at_any_await_leaves_the_next_one_answered(cast: Cast) -> None:
    """Cancelled at the first, second, third ... step of begin, body and commit; then someone else writes."""

    async def body() -> None:
        await Campaign.filter(id=cast.meyer.id).update(description="half")
        await Campaign.get(id=cast.meyer.id)

    async def describe(words: str) -> None:
        await Campaign.filter(id=cast.meyer.id).update(description=words)

    for steps in range(1, 40):
        task = asyncio.ensure_future(transaction(body))
        for _ in range(steps):
            await asyncio.sleep(0)
        finished = task.done()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        async with asyncio.timeout(5):
            await transaction(partial(describe, f"next {steps}"))
            assert (await Campaign.get(id=cast.meyer.id)).description == f"next {steps}"
        if finished:
            break
    for pause in (0.0002, 0.0005, 0.001, 0.002, 0.004):
        task = asyncio.ensure_future(transaction(body))
        await asyncio.sleep(pause)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        async with asyncio.timeout(5):
            await transaction(partial(describe, "after"))


@pytest.mark.both
async def test_what_failed_half_way_is_not_there(cast: Cast) -> None:
    async def body() -> None:
        await Campaign.filter(id=cast.meyer.id).update(description="half")
        raise ValueError

    with pytest.raises(ValueError):
        await transaction(body)
    assert (await Campaign.get(id=cast.meyer.id)).description == ""


async def test_a_write_that_passes_by_the_door_fails(cast: Cast) -> None:
    with pytest.raises(OperationalError, match="readonly"):
        await Campaign.filter(id=cast.meyer.id).update(description="around the door")


@pytest.mark.both
async def test_transactions_that_add_to_one_row_all_count(cast: Cast) -> None:
    async def add() -> None:
        campaign = await Campaign.filter(id=cast.meyer.id).select_for_update().get()
        campaign.bucket_size += 1
        await campaign.save(update_fields=["bucket_size"])

    await asyncio.gather(*(transaction(add) for _ in range(25)))
    assert (await Campaign.get(id=cast.meyer.id)).bucket_size == 125


@pytest.mark.both
async def test_a_transaction_inside_another_is_part_of_it(cast: Cast) -> None:
    async def inner() -> None:
        await Campaign.filter(id=cast.meyer.id).update(description="inner")

    async def outer() -> None:
        await transaction(inner)
        raise ValueError

    with pytest.raises(ValueError):
        await transaction(outer)
    assert (await Campaign.get(id=cast.meyer.id)).description == ""


@pytest.mark.both
@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM opt_out",
        "UPDATE opt_out SET phone = '+12125550000'",
        "TRUNCATE opt_out",
        "REPLACE INTO opt_out (id, campaign_id, phone, source, at, words) SELECT id, campaign_id, 'x', source, at, words FROM opt_out",
    ],
)
async def test_no_statement_removes_an_opt_out(cast: Cast, statement: str) -> None:
    await transaction(
        lambda: OptOut.create(campaign=cast.meyer, phone=cast.lisa.phone, source="keyword", at=clock.now())
    )
    with pytest.raises((IntegrityError, OperationalError)):
        await transaction(lambda: database.query(statement))
    assert await OptOut.filter(phone=cast.lisa.phone).count() == 1


@pytest.mark.both
@pytest.mark.parametrize("table", ["user_account", "campaign", "phone_number"])
async def test_what_texts_name_can_not_be_removed(cast: Cast, table: str) -> None:
    with pytest.raises(IntegrityError, match="can not be removed"):
        await transaction(lambda: database.query(f"DELETE FROM {table}"))
    assert await database.query(f"SELECT id FROM {table}")


@pytest.mark.postgres
async def test_a_transaction_need_not_wait_for_the_disk(cast: Cast) -> None:
    async def loose() -> str:
        await database.query("SELECT set_config('synchronous_commit', 'on', true)")
        await database.loosely()
        [row] = await database.query("SELECT current_setting('synchronous_commit') AS now")
        return str(row["now"])

    assert await transaction(loose) == "off"


@pytest.mark.both
async def test_a_missing_or_changed_guard_is_noticed(cast: Cast) -> None:
    assert await guards.wrong() == []
    table = " ON opt_out" if database.dialect() == "postgres" else ""
    await transaction(lambda: database.rows(f"DROP TRIGGER opt_out_kept{table}"))
    await transaction(lambda: database.rows("DROP INDEX one_contact"))
    await transaction(lambda: database.rows("CREATE INDEX one_contact ON contact (phone)"))
    try:
        assert set(await guards.wrong()) == {"opt_out_kept", "one_contact"}
    finally:
        await transaction(guards.put_back)
    assert await guards.wrong() == []


@pytest.mark.both
async def test_a_trigger_in_other_words_is_made_anew(cast: Cast) -> None:
    """As after an upgrade that changes its words."""

    async def change() -> None:
        if database.dialect() == "postgres":
            await database.rows("COMMENT ON TRIGGER opt_out_kept ON opt_out IS 'of an earlier version'")
            return
        await database.rows("DROP TRIGGER opt_out_kept")
        await database.rows("CREATE TRIGGER opt_out_kept BEFORE DELETE ON opt_out BEGIN SELECT 1; END")

    await transaction(change)
    assert await guards.wrong() == ["opt_out_kept"]
    await transaction(guards.put_back)
    assert await guards.wrong() == []


@pytest.mark.parametrize(
    ("words", "why"),
    [("database or disk is full", "full"), ("disk I/O error", "full"), ("readonly database", "read_only")],
)
async def test_a_trouble_that_sqlite_first_tells_at_the_commit_has_its_word(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, words: str, why: str
) -> None:
    """A disk that is really full is often noticed no earlier."""

    async def fails(_: aiosqlite.Connection) -> None:
        raise sqlite3.OperationalError(words)

    with monkeypatch.context() as broken, pytest.raises(OperationalError) as error:
        broken.setattr(aiosqlite.Connection, "commit", fails)
        await transaction(lambda: Contact.filter(id=cast.lisa.id).update(first_name="Bo"))
    assert failing.why(error.value) == why
    assert (await Contact.get(id=cast.lisa.id)).first_name != "Bo", "it was rolled back"
    await transaction(lambda: Contact.filter(id=cast.lisa.id).update(first_name="Bo"))


async def test_a_file_that_is_locked_at_the_commit_is_tried_again(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    tries, commits = [sqlite3.OperationalError("database is locked")], aiosqlite.Connection.commit

    async def fails_once(connection: aiosqlite.Connection) -> None:
        if tries:
            raise tries.pop()
        await commits(connection)

    monkeypatch.setattr(aiosqlite.Connection, "commit", fails_once)
    await transaction(lambda: Contact.filter(id=cast.lisa.id).update(first_name="Bo"))
    assert not tries and (await Contact.get(id=cast.lisa.id)).first_name == "Bo"


@pytest.mark.both
async def test_instants_are_compared_whatever_zone_they_were_made_in(cast: Cast) -> None:
    """SQLite compares texts: of two instants the later one had the smaller text."""
    noon = datetime(2026, 11, 25, 12, tzinfo=UTC)
    tokyo, hawaii = noon.astimezone(ZoneInfo("Asia/Tokyo")), noon.astimezone(ZoneInfo("Pacific/Honolulu"))
    for stored in (noon, tokyo, hawaii):
        await transaction(lambda: Contact.filter(id=cast.lisa.id).update(blocked_at=stored))  # noqa: B023
        for asked in (noon, tokyo, hawaii):
            here = Contact.filter(id=cast.lisa.id)
            assert await here.filter(blocked_at=asked).exists()
            assert not await here.filter(blocked_at__gt=asked).exists()
            assert not await here.filter(blocked_at__lt=asked).exists()
            assert await here.filter(blocked_at__gt=asked - timedelta(minutes=1)).exists()
