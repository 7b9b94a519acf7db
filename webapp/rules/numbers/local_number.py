"""Which of the campaign's numbers texts a contact (SPEC S3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

LONGEST_QUEUE = 30 * 60  # seconds


class Candidate(NamedTuple):
    """``queue_seconds``: how long its queue takes. ``new_today``: contacts it texted first today."""

    id: int
    area_code: str
    queue_seconds: float
    healthy: bool = True
    new_today: int = 0
    daily_limit: int | None = None

    @property
    def free(self) -> bool:
        below_limit = self.daily_limit is None or self.new_today < self.daily_limit
        return self.healthy and below_limit and self.queue_seconds < LONGEST_QUEUE


def choose(numbers: Sequence[Candidate], preferred: Sequence[str]) -> Candidate | None:
    """The number with the shortest queue of the first preferred area code that has a free one; else of all healthy
    ones."""
    for code in preferred:
        if near := [n for n in numbers if n.area_code == code and n.free]:
            return min(near, key=_by_queue)
    healthy = [n for n in numbers if n.healthy]
    return min(healthy, key=_by_queue, default=None)


def _by_queue(number: Candidate) -> tuple[float, int, int]:
    return number.queue_seconds, number.new_today, number.id
