"""Decides from counts whether carriers filter more texts of a script or a number than before, so that chance alone hardly
ever makes a warning (SPEC R7)."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, lgamma, log, log1p

from webapp.rules.rates import Rate

FEW = 5  # filtered texts: fewer say nothing
FLOOR, MOST = 0.01, 0.03  # a share up to FLOOR is always usual; above MOST a number takes no new contacts (S3)
NOISE = 0.0001  # the highest probability of a warning by chance alone
LATELY, BEFORE = 3, 7 * 24  # hours: the newest 3, with the present one, are compared with the 7 days before them


@dataclass(frozen=True)
class Share:
    """``filtered`` of ``texts``."""

    filtered: int
    texts: int

    @property
    def rate(self) -> Rate:
        return Rate(self.filtered, self.texts)


def usual(before: Share) -> float:
    """The share that makes no warning: the upper end of the 95 % interval of the share before. At least FLOOR, and at most MOST, so
    that a share above MOST makes a warning for as long as it lasts."""
    return min(max(before.rate.high if before.texts else FLOOR, FLOOR), MOST)


def rises(lately: Share, before: Share) -> bool:
    """Is the share lately above the usual one by more than chance? Where the true share is the usual one, this is true in at most
    NOISE of all cases: the usual share lies below the 99.99 % interval (Clopper and Pearson 1934)."""
    return lately.filtered >= FEW and chance(lately.filtered, lately.texts, usual(before)) < NOISE


def chance(hits: int, tries: int, share: float) -> float:
    """The probability of ``hits`` or more, where each of ``tries`` hits with the probability ``share``."""
    if hits <= tries * share:
        return 1.0  # it is about a half or more: no need to sum it
    ways = lgamma(tries + 1) - lgamma(hits + 1) - lgamma(tries - hits + 1)
    term = exp(ways + hits * log(share) + (tries - hits) * log1p(-share))
    total, odds = 0.0, share / (1 - share)
    for n in range(hits, tries + 1):
        total += term
        term *= (tries - n) / (n + 1) * odds
        if term < total * 1e-15:
            break
    return min(total, 1.0)
