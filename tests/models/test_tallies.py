"""A tap writes few counts (SPEC R2). That kept counts equal a recount: results/test_histories.py."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.cast.database.plans import statements
from webapp.models.sending import click


@pytest.mark.both
async def test_a_tap_moves_one_row_of_counts(cast: Cast) -> None:
    """A script's texts are counted when Twilio took them, in the worker: no volunteer waits for it."""
    await cast.start(cast.amy)
    with statements() as asked:
        assert isinstance(await cast.click(cast.amy), click.Queued)
    moves = [text for text, _ in asked if "tally" in text]
    assert len(moves) == 1 and moves[0].count("INSERT INTO tally") == 1 and "_tally" not in moves[0]
