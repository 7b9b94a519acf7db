"""The parts of the audit log cost as much of a long log as of a short one on PostgreSQL (SPEC B4)."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

import pytest

from tests.cast import Cast
from tests.cast.database.plans import statements
from webapp import database
from webapp.database import transaction
from webapp.models.results import audit_log
from webapp.models.results.audit_log import Wanted

pytestmark = pytest.mark.postgres

SMALL, LARGE = 3_000, 60_000  # entries, by which the log grows
OFTEN, SELDOM = 7, 1_000_001  # tag OFTEN is in a tenth of them, contact SELDOM in three
Part = Callable[[Cast], Awaitable[object]]
PARTS: dict[str, Part] = {
    "of a contact": lambda cast: audit_log.newest(cast.meyer, "contact", SELDOM),
    "of a contact nobody changed": lambda cast: audit_log.newest(cast.meyer, "contact", SELDOM + 1),
    "of a tag that is changed often": lambda cast: audit_log.newest(cast.meyer, "tag", OFTEN),
    "of all numbers": lambda cast: audit_log.newest(cast.meyer, "number"),
    "the page of one contact": lambda cast: audit_log.page(cast.meyer, Wanted(about=f"contact:{SELDOM}")),
    "the page of one tag": lambda cast: audit_log.page(cast.meyer, Wanted(about=f"tag:{OFTEN}")),
    "the newest page": lambda cast: audit_log.page(cast.meyer, Wanted()),
}


async def test_each_part_reads_as_few_blocks_of_a_long_log_as_of_a_short_one(cast: Cast) -> None:
    await grow(cast, SMALL)
    short = {name: await blocks(cast, part) for name, part in PARTS.items()}
    await grow(cast, LARGE)
    long = {name: await blocks(cast, part) for name, part in PARTS.items()}
    grown = {name: (short[name], n) for name, n in long.items() if n > 1.5 * short[name] + 30}
    assert grown == {}, "blocks of the short log and of the long one"


async def grow(cast: Cast, entries: int) -> None:
    """Of a hundred entries ten are about one tag, two about a number, the others about as many contacts."""

    async def body() -> None:
        events = (
            "INSERT INTO audit_event (campaign_id, user_id, at, what, subject, detail)"
            f" SELECT {cast.meyer.id}, {cast.gary.user_id}, now(), 'contact.edited', 'Lisa', '{{}}'"
            f" FROM generate_series(1, {entries}) RETURNING id, campaign_id"
        )
        about = (
            "INSERT INTO audit_about (event_id, campaign_id, kind, object_id) SELECT id, campaign_id,"
            " CASE WHEN id % 10 = 0 THEN 'tag' WHEN id % 50 = 1 THEN 'number' ELSE 'contact' END,"
            f" CASE WHEN id % 10 = 0 THEN {OFTEN} ELSE id END FROM e"
        )
        await database.query(f"WITH e AS ({events}) {about}")
        rows = f"SELECT max(event_id), {cast.meyer.id}, 'contact', {SELDOM} FROM audit_about"
        await database.query(f"INSERT INTO audit_about (event_id, campaign_id, kind, object_id) {rows}")

    await transaction(body)
    await database.query("ANALYZE audit_event")
    await database.query("ANALYZE audit_about")


async def blocks(cast: Cast, part: Part) -> int:
    """As many as its statement reads, whether or not they are in memory."""
    with statements() as asked:
        await part(cast)
    [(text, values)] = asked
    explain = f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF) {database.numbered(text)}"
    rows = await database.rows(explain, explain, values)
    plan = "\n".join(row["QUERY PLAN"] for row in rows)
    found = re.search(r"Buffers: shared(?: hit=(\d+))?(?: read=(\d+))?", plan)
    assert found, plan
    return int(found[1] or 0) + int(found[2] or 0)
