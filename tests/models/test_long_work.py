"""Long work leaves others their turn: it rests after a slice while volunteers text."""

from __future__ import annotations

import asyncio

import pytest

from tests.cast import MORNING, Cast
from webapp import clock, database
from webapp.models import long_work
from webapp.models.long_work import Pace, texting


@pytest.fixture
def rests(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long each slice's rest was, as a part of the slice's time."""
    found, steady = list[float](), iter(range(10_000))
    monkeypatch.setattr(clock, "steady", lambda: float(next(steady)))  # every look at the clock comes a second later

    async def rest(seconds: float) -> None:
        found.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", rest)
    return found


async def a_slice() -> None:
    pass


@pytest.mark.both
async def test_a_start_and_a_text_say_that_somebody_texts(cast: Cast) -> None:
    assert not await texting()
    await cast.start(cast.amy)
    assert await texting()
    clock.freeze(MORNING + long_work.LATELY)
    assert not await texting()
    await cast.click(cast.amy)
    assert await texting()


@pytest.mark.both
async def test_a_slice_is_followed_by_a_rest_while_somebody_texts(cast: Cast, rests: list[float]) -> None:
    await cast.start(cast.amy)
    pace = Pace()
    for _ in range(3):
        await pace.take(a_slice())
    assert len(rests) == 3 and min(rests) >= long_work.REST


@pytest.mark.both
async def test_without_texts_there_is_a_rest_only_where_writers_wait_for_each_other(
    cast: Cast, rests: list[float]
) -> None:
    await Pace().take(a_slice())
    assert (rests[0] >= long_work.REST) if database.dialect() == "sqlite" else (rests == [0])
    await cast.start(cast.amy)
    await (pace := Pace()).take(a_slice())
    clock.freeze(MORNING + long_work.LATELY)
    await pace.take(a_slice())
    assert rests[1] > 0 and (rests[2] > 0) == (database.dialect() == "sqlite")
