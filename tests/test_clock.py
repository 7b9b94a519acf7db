"""The newest rules of time zones count, the machine's or ours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from webapp import clock


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
