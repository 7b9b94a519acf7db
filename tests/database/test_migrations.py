"""A filled database survives every migration, with its rows, indexes and triggers."""

from __future__ import annotations

import ast
import contextlib
import re
import sqlite3
from pathlib import Path

import asyncpg
import pytest

from tests.cast.database.old_databases import (
    FILLED,
    MIGRATIONS,
    Rows,
    around,
    change,
    counts,
    rows,
    times_built,
    wrong_guards,
)
from tests.cast.waiting import blocking
from webapp import database
from webapp.database.migrate import migrate
from webapp.models.contacts.contact import Contact
from webapp.models.kept_counts import CodeTally
from webapp.models.results import recount


def test_a_migration_imports_nothing_that_goes_on_changing() -> None:
    """Its copies of rules and models stand in it, so that it does the same whenever it is run."""
    still = {"webapp.database", "webapp.database.operations"}
    found = set()
    for node in (node for path in MIGRATIONS for node in ast.walk(ast.parse(path.read_text()))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            whole = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= whole if whole <= still else {node.module or ""}
    assert {name for name in found if name.startswith("webapp")} == still


async def jose(url: str) -> Contact:
    await database.open_database(url)
    try:
        return await Contact.get(phone="+14125550102")
    finally:
        await database.close_database()


@pytest.mark.both
def test_a_filled_database_keeps_its_rows_and_guards(migrated_url: str) -> None:
    before = {table: len(rows) for table, rows in FILLED["rows"].items()}
    new = {"custom_field": before["custom_field"] + before["campaign"]}  # each campaign's remind_a_friend
    after = blocking(counts(migrated_url))
    assert {table: after[table] for table in before} == before | new and min(before.values()) > 0
    assert blocking(wrong_guards(migrated_url)) == []
    found = blocking(jose(migrated_url))
    assert (found.first_key, found.last_key) == ("jose", "oneil nunez")


@pytest.mark.postgres
def test_after_a_migration_the_tables_with_rows_are_counted(old_url: str) -> None:
    """One that is empty is not: PostgreSQL would plan as if it stayed so. A second `textbank migrate` counts none."""
    blocking(migrate(old_url))
    assert blocking(rows_known(old_url)) == {"contact": 2, "sign_up": -1}
    blocking(change(old_url, "UPDATE pg_class SET reltuples = 7 WHERE oid = 'contact'::regclass"))
    blocking(migrate(old_url))
    assert blocking(rows_known(old_url))["contact"] == 7


async def rows_known(url: str) -> dict[str, int]:
    await database.open_database(url)
    try:
        wanted = "relname IN ('contact', 'sign_up') AND relnamespace = current_schema()::regnamespace"
        rows = await database.query(f"SELECT relname, reltuples::int AS rows FROM pg_class WHERE {wanted}")
        return {row["relname"]: row["rows"] for row in rows}
    finally:
        await database.close_database()


REHEARSED = (
    "UPDATE campaign SET description = 'Selina Meyer is running to keep our hospitals open.' WHERE slug = 'meyer'"
)
WITH_PASSWORD = "UPDATE user_account SET password_hash = 'published'"


@pytest.mark.both
@pytest.mark.parametrize(
    ("before", "marked", "opens"),
    [
        ([WITH_PASSWORD], 0, 5),
        ([REHEARSED, WITH_PASSWORD], 1, 1),
        ([REHEARSED, WITH_PASSWORD, "UPDATE phone_number SET e164 = '+14122345678'"], 0, 1),
    ],
    ids=["a real campaign", "a rehearsal", "a rehearsal that went live"],
)
def test_the_published_password_of_a_rehearsal_opens_nothing_any_more(
    old_url: str, before: list[str], marked: int, opens: int
) -> None:
    blocking(change(old_url, *before))
    blocking(migrate(old_url))
    found = blocking(rows(old_url))
    assert sum(bool(row["rehearsal"]) for row in found["campaign"]) == marked
    assert sum(row["password_hash"] == "published" for row in found["user_account"]) == opens


@pytest.mark.both
def test_who_was_there_before_confirmations_goes_on_and_is_found(lived_in_url: str) -> None:
    """Staff are confirmed, as whoever set a password by a link; volunteers count, and a role of theirs waits for a letter."""
    found = blocking(rows(lived_in_url))
    people = {row["id"]: row for row in found["user_account"]}
    assert people[3]["name_key"] == "jose maria brookheimer"
    assert {n for n, row in people.items() if row["confirmed_at"]} == {1, 2, 4, 5}
    assert {row["state"] for row in found["membership"]} == {"PA"}
    assert not any(row["waits_for_letter"] or row["removed_at"] for row in found["membership"])


@pytest.mark.both
def test_counts_made_again_by_a_migration_equal_a_recount(lived_in_url: str) -> None:
    """Of scripts and of codes, and the boxes that were wrong: the first message was refused as a landline."""
    assert [row["segments"] for row in blocking(rows(lived_in_url))["spend_tally"] if row["price"] == "-0.01"] == [3]
    wrong, codes = blocking(_compared(lived_in_url))
    assert codes[21614] == 1
    made_again = (
        "code ",
        "by script",
        "reports",
        "twilio_errors",
        "carrier_filtering",
        "safeguards",
        "spend",
        "delivered",
    )
    assert [line for line in wrong if any(name in line for name in made_again)] == []


async def _compared(url: str) -> tuple[list[str], dict[int, int]]:
    await database.open_database(url)
    try:
        return await recount.differences(), {row.code: row.number for row in await CodeTally.all()}
    finally:
        await database.close_database()


def test_a_copy_of_a_sqlite_file_is_kept_from_before(old_url: str, tmp_path: Path) -> None:
    blocking(migrate(old_url))
    [copy] = (tmp_path / "copies").glob("old-*.db")
    with contextlib.closing(sqlite3.connect(copy)) as kept:
        assert kept.execute("SELECT COUNT(*) FROM contact").fetchone() == (2,)


@pytest.mark.postgres
def test_a_new_text_locks_no_row_that_all_texts_share(migrated_url: str) -> None:
    assert blocking(checked_against(migrated_url, "message")) == {"contact", "conversation"}


async def checked_against(url: str, table: str) -> set[str]:
    """The tables an insert into this one locks a row of."""
    connection = await asyncpg.connect(url)
    rows = await connection.fetch(
        f"SELECT confrelid::regclass::text AS other FROM pg_constraint WHERE conrelid = '{table}'::regclass AND contype = 'f'"
    )
    await connection.close()
    return {row["other"] for row in rows}


@pytest.mark.both
def test_the_next_migration_changes_its_columns_and_nothing_else(
    migrated_url: str, db_kind: str, request: pytest.FixtureRequest
) -> None:
    before, indexes = blocking(rows(migrated_url)), blocking(around(migrated_url))
    request.getfixturevalue("one_more_migration")
    blocking(migrate(migrated_url))
    assert blocking(rows(migrated_url)) == _as_the_next_leaves(before)
    after = blocking(around(migrated_url))
    new = {name: after.pop(name) for name in list(after) if name.startswith("note")}
    assert after == indexes and len(indexes) > 100
    assert [name for name in new if "user_id" in name] == (["note_line.user_id"] if db_kind == "sqlite" else [])
    assert blocking(wrong_guards(migrated_url)) == []


def _as_the_next_leaves(before: Rows) -> Rows:
    return {
        **before,
        "note": [],
        "note_line": [],
        "contact": [{**row, "nickname": row["first_name"].lower()} for row in before["contact"]],
        "opt_out": [{name: value for name, value in row.items() if name != "words"} for row in before["opt_out"]],
    }


@pytest.mark.both
def test_a_migration_builds_the_models_of_few_operations_twice(lived_in_url: str, shared: Path) -> None:
    """Built again before each operation, they took ten seconds."""
    assert 0 < int(times_built(shared, lived_in_url).read_text()) < len(MIGRATIONS) / 2


def test_migrations_follow_each_other_in_one_line() -> None:
    """Two of one number, made at the same time, run in an order nobody chose."""
    names = [path.stem for path in MIGRATIONS]
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
    for before, path in zip(names, MIGRATIONS[1:], strict=False):
        assert re.search(rf"dependencies = .*{before}[\"']", path.read_text()), path.name
