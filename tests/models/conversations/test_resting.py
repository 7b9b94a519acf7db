"""The lock after a recent text: the same answer in Python and in SQL (SPEC S5)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.cast import Cast
from webapp import clock, database
from webapp.database import transaction
from webapp.database.packed import sql_time
from webapp.models.accounts.campaign import Campaign
from webapp.models.contacts.contact import Contact
from webapp.models.conversations import hours
from webapp.models.conversations.message import INITIAL
from webapp.models.sending import facts
from webapp.models.sending.facts import Text
from webapp.rules import errors, safeguards

SOME_TEXT = 77
A_MOMENT = timedelta(microseconds=1)
AGO = (A_MOMENT, safeguards.LOCK - A_MOMENT, safeguards.LOCK, safeguards.LOCK + A_MOMENT)


async def locked_in_python(cast: Cast, campaign: Campaign) -> bool:
    text = Text(
        kind=INITIAL,
        body="Hi",
        message_id=None,
        conversation_id=None,
        picture_id=None,
        unfilled=(),
        texted_already=False,
        confirms_opt_out=False,
        clicked_at=None,
    )
    lisa = await Contact.get(id=cast.lisa.id)
    verdict = safeguards.may_send(await facts.gather(campaign, lisa, cast.number, text), clock.now())
    assert isinstance(verdict, safeguards.Allowed) or verdict.code == errors.LOCKED
    return isinstance(verdict, safeguards.Refused)


async def rested_in_sql(cast: Cast, campaign: Campaign) -> bool:
    since = sql_time(hours.locked_since(campaign, clock.now()))
    [row] = await database.query(
        f"SELECT {hours.RESTED} AS joined, {hours.rested_sql('v.contact_id')} AS looked_up"
        " FROM conversation v JOIN contact k ON k.id = v.contact_id WHERE k.id = ?",
        *(since, since, cast.lisa.id),
    )
    assert bool(row["joined"]) == bool(row["looked_up"])
    return bool(row["joined"])


@pytest.mark.both
@pytest.mark.parametrize("lock", [True, False])
async def test_python_and_sql_agree_on_who_was_texted_too_recently(cast: Cast, lock: bool) -> None:
    await cast.make()
    locked = []
    for ago in (None, *AGO):
        values = {
            "last_claimed_at": clock.now() - ago if ago else None,
            "last_claimed_message_id": SOME_TEXT if ago else None,
        }

        async def store(values: dict[str, Any] = values) -> None:
            await Campaign.filter(id=cast.meyer.id).update(outbound_lock=lock)
            await Contact.filter(id=cast.lisa.id).update(**values)

        await transaction(store)
        campaign = await Campaign.get(id=cast.meyer.id)
        found = await locked_in_python(cast, campaign)
        assert found != await rested_in_sql(cast, campaign), ago
        locked.append(found)
    assert locked == [False, lock, lock, False, False]
