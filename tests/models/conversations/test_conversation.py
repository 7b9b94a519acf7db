"""How a conversation is given to a user: the same in Python and in SQL (SPEC V3)."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from tests.cast import Cast
from webapp import clock, database
from webapp.database import transaction
from webapp.database.packed import sql_time
from webapp.database.statements import columns
from webapp.models.conversations.conversation import HOLD_BY_START, Conversation


@pytest.mark.both
async def test_python_and_sql_give_a_conversation_of_the_pool_to_a_user_alike(cast: Cast) -> None:
    await cast.make()
    now, amy = clock.now(), cast.amy.user_id
    for replied_at, last_holder_id, needs_attention in itertools.product((None, now), (None, amy), (False, True)):
        pool = {
            "user_id": None,
            "last_holder_id": last_holder_id,
            "with_staff": False,
            "held_since": None,
            "held_by_start": False,
            "unread": False,
            "replied_at": replied_at,
            "needs_attention": needs_attention,
        }

        async def give(pool: dict[str, Any] = pool) -> Conversation:
            await Conversation.filter(contact_id=cast.lisa.id).update(**pool)
            given = await cast.conversation()
            await database.query(f"UPDATE conversation SET {HOLD_BY_START} WHERE id = ?", amy, sql_time(now), given.id)
            return given

        in_python, in_sql = await transaction(give), await cast.conversation()
        in_python.hold(amy, now, by_start=True)
        for name in columns(Conversation):
            assert getattr(in_python, name) == getattr(in_sql, name), (name, pool)
