"""The last step of bin/test: a statement that one database never got is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cast import Cast
from tests.cast.database import executed
from webapp import database
from webapp.models.cards import closed

HERE = "webapp/models/cards/closed.py"


def test_a_statement_that_never_ran_on_postgresql_is_named() -> None:
    places = executed.written()
    assert len(places) > 100
    everywhere = {(kind, file, line) for kind in ("sqlite", "postgres") for file, line, *_ in places}
    assert executed.never_ran(everywhere) == []
    file, line, last, _ = max((p for p in places if not p[3]), key=lambda place: place[2] - place[1])
    assert last > line
    assert executed.never_ran(everywhere - {("postgres", file, line)}) == [f"{file}:{line} never ran on postgres"]
    assert executed.never_ran((everywhere - {("postgres", file, line)}) | {("postgres", file, last)}) == []


def test_a_statement_for_one_database_must_have_run_on_that_one() -> None:
    places = executed.written()
    everywhere = {(kind, file, line) for kind in ("sqlite", "postgres") for file, line, *_ in places}
    file, line, *_ = next(place for place in places if place[3] and "many_at_once" in place[0])
    assert executed.never_ran(everywhere - {("sqlite", file, line)}) == []
    assert len(executed.never_ran(everywhere - {(kind, file, line) for kind in ("sqlite", "postgres")})) == 2


@pytest.mark.both
async def test_the_place_of_a_statement_is_noted(cast: Cast, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in executed.DOORS:
        monkeypatch.setattr(database, name, getattr(database, name))  # put back afterwards
    executed.note_statements(tmp_path)
    await closed.asleep(cast.action, None)
    noted = {line for kind, file, line in executed.read(tmp_path) if (kind, file) == (database.dialect(), HERE)}
    places = [(first, last) for file, first, last, _ in executed.written() if file == HERE]
    assert places and all(noted & set(range(first, last + 1)) for first, last in places)
