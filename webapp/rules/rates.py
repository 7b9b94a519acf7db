"""Rates with their uncertainty, and whether one script does better than the others (SPEC A2, R3)."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

Z = 1.96  # standard deviations of a 95 % interval


@dataclass(frozen=True)
class Rate:
    """``hits`` of ``tries``. ``low``, ``high``: Wilson's 95 % interval, which is right for few tries too; 0 and 1 for
    none. Somebody may have answered while nobody knows yet whether the first text arrived: a hit more than the tries."""

    hits: int
    tries: int

    @property
    def value(self) -> float:
        return min(1.0, self.hits / self.tries) if self.tries else 0.0

    @property
    def low(self) -> float:
        return self._bounds()[0]

    @property
    def high(self) -> float:
        return self._bounds()[1]

    def _bounds(self) -> tuple[float, float]:
        """Source: Wilson 1927, the score interval without continuity correction."""
        if not self.tries:
            return 0.0, 1.0
        n, p, z2 = self.tries, self.value, Z * Z
        centre, spread = p + z2 / (2 * n), Z * sqrt(p * (1 - p) / n + z2 / (4 * n * n))
        low, high = (centre - spread) / (1 + z2 / n), (centre + spread) / (1 + z2 / n)
        return max(0.0, min(low, p)), min(1.0, max(high, p))


def best(rates: list[Rate]) -> int | None:
    """The index of the one rate whose interval lies above all others'; None where the difference may be chance."""
    for n, rate in enumerate(rates):
        others = [other for m, other in enumerate(rates) if m != n]
        if others and all(rate.low > other.high for other in others):
            return n
    return None
