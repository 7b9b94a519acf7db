"""The newest rules of time zones count, the machine's or ours."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from webapp import clock, database


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    yield
    clock.use_newest_zones()


@pytest.mark.parametrize(
    ("first_line", "ours"), [("# version 2025b\n", True), ("# version 2099a\n", False), ("", True)]
)
def test_zones_of_an_older_machine_are_not_used(tmp_path: Path, first_line: str, ours: bool) -> None:
    file = tmp_path / "tzdata.zi"
    file.write_text(first_line)
    assert clock.use_newest_zones(file) is ours


def test_a_machine_without_zones_uses_ours(tmp_path: Path) -> None:
    assert clock.use_newest_zones(tmp_path / "tzdata.zi") is True


@pytest.fixture
def system_ahead(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Sets the system's clock this many seconds ahead."""
    real = time.time

    def set_ahead(seconds: float) -> None:
        monkeypatch.setattr(time, "time", lambda: real() + seconds)

    clock.freeze(None)
    return set_ahead


def test_the_steady_clock_goes_on_while_the_machine_sleeps() -> None:
    assert abs(clock.steady() - time.clock_gettime(time.CLOCK_BOOTTIME)) < 1


@pytest.mark.both
async def test_on_postgresql_time_is_the_database_s(
    db: None, db_kind: str, system_ahead: Callable[[float], None]
) -> None:
    right = time.time()
    system_ahead(90)
    await database.set_clock()
    ahead = clock.now().timestamp() - right
    assert ahead < 60 if db_kind == "postgres" else ahead > 60
    system_ahead(7200)
    told = await database.now()
    assert told.timestamp() - right < 60 if db_kind == "postgres" else told.timestamp() - right > 60


@pytest.mark.postgres
async def test_an_answer_that_took_long_does_not_set_the_clock(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that stood still while it asked would set its clock back by as long as it stood."""
    await database.set_clock()
    told = iter([clock.steady(), clock.steady() + 3600])
    with monkeypatch.context() as patch:
        patch.setattr(clock, "steady", lambda: next(told))
        await database.set_clock()
    clock.freeze(None)
    assert abs(clock.now().timestamp() - time.time()) < 60


@pytest.mark.parametrize("seconds", [7200.0, -7200.0])
def test_a_clock_that_is_set_is_noticed_once(seconds: float, system_ahead: Callable[[float], None]) -> None:
    jumps = clock.Jumps()
    assert jumps.since_last() == 0
    system_ahead(seconds)
    assert abs(jumps.since_last() - seconds) < 1
    assert jumps.since_last() == 0
