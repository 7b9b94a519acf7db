"""People who never get a first text: the same answer in Python and in SQL."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta

import pytest

from tests.cast import Cast
from webapp import clock, database
from webapp.database import packed, transaction
from webapp.database.packed import sql_time
from webapp.models.contacts.contact import Contact, never_texted_sql
from webapp.rules import errors


async def in_sql(contact: Contact, now: datetime) -> int | None:
    [row] = await database.query(
        f"SELECT {never_texted_sql('c', packed.mark('timestamptz'))} AS code FROM contact c WHERE c.id = ?",
        sql_time(now),
        contact.id,
    )
    code: int | None = row["code"]
    return code


@pytest.mark.both
async def test_python_and_sql_agree_on_who_never_gets_a_first_text(cast: Cast) -> None:
    now, seen = clock.now(), set()
    instants = (None, now)
    for opted_out, blocked, landline in itertools.product(
        instants, instants, (None, now - timedelta(days=1), now, now + timedelta(days=1))
    ):
        values = {"opted_out_at": opted_out, "blocked_at": blocked, "landline_until": landline}

        async def store(values: dict[str, datetime | None] = values) -> None:
            await Contact.filter(id=cast.lisa.id).update(**values)

        await transaction(store)
        lisa = await Contact.get(id=cast.lisa.id)
        assert lisa.never_texted(now) == await in_sql(lisa, now), values
        seen.add(lisa.never_texted(now))
    assert seen == {None, errors.OPTED_OUT, errors.BLOCKED, errors.LANDLINE}
