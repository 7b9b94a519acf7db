"""On PostgreSQL no statement of an import reads a whole table, whatever the planner knows of it: a list into a new campaign
meets tables that were never looked at, or only when they were empty."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cast import Cast
from tests.cast.database.plans import Asked, statements
from tests.cast.lists import import_file, write
from webapp import database
from webapp.database import statistics, transaction
from webapp.models import long_work

pytestmark = pytest.mark.postgres

PEOPLE = 3_000
GREW = ("contact", "list_membership", "imported_contact")
BY_ID = r"[^\n]*\n *Filter: \(id = ANY "  # 10 rows by their ids: in a table of 50 pages, reading all is cheaper
READS_ALL = re.compile(rf"Seq Scan on ({'|'.join(GREW)})\b(?!{BY_ID})")
PLANNED = "SELECT|INSERT|UPDATE|WITH"
NEVER_ANALYSED = [
    "DELETE FROM pg_statistic WHERE starelid = '{0}'::regclass",
    "UPDATE pg_class SET reltuples = -1, relpages = 0 WHERE oid = '{0}'::regclass",
]
WHEN_EMPTY = [*NEVER_ANALYSED[:1], "UPDATE pg_class SET reltuples = 0, relpages = 0 WHERE oid = '{0}'::regclass"]


def people(tmp_path: Path) -> Path:
    rows = (f"(212) 555-{n:04},Lisa,Ng,1{n:04},rd" for n in range(PEOPLE))
    return write(tmp_path, "phone,first_name,last_name,zip,vanid\n" + "\n".join(rows) + "\n")


@pytest.mark.parametrize("state", [NEVER_ANALYSED, WHEN_EMPTY], ids=["never analysed", "analysed when empty"])
async def test_no_statement_of_an_import_reads_a_whole_table(
    cast: Cast, tmp_path: Path, state: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statistics, "MANY", 10**9)  # the statements must do without a look at the tables
    monkeypatch.setattr(long_work, "LARGEST", 100)
    await import_file(cast, people(tmp_path))
    await forget(state)
    with statements() as asked:
        await import_file(cast, people(tmp_path))
    planned = await plans(asked)
    assert len(planned) > 8
    assert [(text, plan) for text, plan in planned if READS_ALL.search(plan)] == []


async def forget(state: list[str]) -> None:
    async def body() -> None:
        for table in GREW:
            for text in state:
                await database.query(text.format(table))

    await transaction(body)


async def plans(asked: Asked) -> list[tuple[str, str]]:
    found = []
    for text, values in {text: (text, values) for text, values in asked if re.match(PLANNED, text)}.values():
        rows = await database.rows(f"EXPLAIN {text}", values=values)
        found.append((text, "\n".join(row["QUERY PLAN"] for row in rows)))
    return found
