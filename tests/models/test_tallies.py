"""A tap writes few counts (SPEC R2). That kept counts equal a recount: results/test_histories.py."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import Cast
from webapp import database
from webapp.models.sending import click


@pytest.mark.both
async def test_a_tap_moves_one_row_of_counts(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """A script's texts are counted when Twilio took them, in the worker: no volunteer waits for it."""
    asked, rows = list[str](), database.rows

    async def noted(sqlite: str, postgres: str | None = None, values: list[Any] | None = None) -> list[dict[str, Any]]:
        asked.append(sqlite)
        return await rows(sqlite, postgres, values)

    await cast.start(cast.amy)
    monkeypatch.setattr(database, "rows", noted)
    assert isinstance(await cast.click(cast.amy), click.Queued)
    moves = [text for text in asked if "tally" in text]
    assert len(moves) == 1 and moves[0].count("INSERT INTO tally") == 1 and "_tally" not in moves[0]
