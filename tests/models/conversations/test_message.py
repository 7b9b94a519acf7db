"""Texts that Undo may take back: the same answer in Python and in SQL (SPEC V4)."""

from __future__ import annotations

import itertools

import pytest

from tests.cast import Cast
from webapp import database
from webapp.database import transaction
from webapp.models.conversations.message import (
    CANCELLED,
    CONFIRMATION,
    FOLLOW_UP,
    INBOUND,
    INITIAL,
    QUEUED,
    REFUSED,
    TAKEN,
    TEST,
    UNDOABLE_SQL,
    UNKNOWN,
    Message,
)
from webapp.models.sending.click import Queued

KINDS = (INITIAL, FOLLOW_UP, CONFIRMATION, INBOUND, TEST)
STATES = (QUEUED, TAKEN, REFUSED, CANCELLED, UNKNOWN)


@pytest.mark.both
async def test_python_and_sql_agree_on_what_undo_may_take_back(cast: Cast) -> None:
    await cast.start(cast.amy)
    outcome = await cast.click(cast.amy)
    assert isinstance(outcome, Queued)
    may = set()
    for kind, status, attempts in itertools.product(KINDS, STATES, (0, 1)):

        async def store(kind: str = kind, status: str = status, attempts: int = attempts) -> None:
            await Message.filter(id=outcome.message.id).update(kind=kind, status=status, attempts=attempts)

        await transaction(store)
        message = await Message.get(id=outcome.message.id)
        [row] = await database.query(f"SELECT {UNDOABLE_SQL} AS may FROM message m WHERE m.id = ?", message.id)
        assert message.undoable == bool(row["may"]), (kind, status, attempts)
        if message.undoable:
            may.add((kind, status, attempts))
    assert may == {(INITIAL, QUEUED, 0), (FOLLOW_UP, QUEUED, 0)}
