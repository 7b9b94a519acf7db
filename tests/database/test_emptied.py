"""What PostgreSQL knows of its tables at the begin of a test."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.cast.database.plans import explained as explained  # so this is a file of plans
from webapp import database

KNOWN = "SELECT COUNT(*) AS n FROM pg_statistic s JOIN pg_class c ON c.oid = s.starelid WHERE c.relnamespace = 'public'::regnamespace"


@pytest.mark.postgres
@pytest.mark.parametrize("time", (1, 2))
async def test_a_test_of_plans_finds_tables_of_which_nothing_is_known(cast: Cast, time: int) -> None:
    """The second time too: the first has left statistics, and a page of rows that are gone."""
    assert (await database.query(KNOWN))[0]["n"] == 0
    [pages] = await database.query("SELECT pg_relation_size('contact') / 8192 AS n")
    assert pages["n"] == 1
    for n in range(200):
        await cast.add_contact(f"+1412555{3000 + n}", first_name="Mike", zip="15213")
    await database.query("ANALYZE contact")
    assert (await database.query(KNOWN))[0]["n"] > 0
