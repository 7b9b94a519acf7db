"""Does a carrier filter more of the texts of a script, or of a number, than it did (SPEC R7)? Decided from counts alone, so
that noise warns nobody."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, lgamma, log, log1p

from webapp.rules.rates import Rate

FEW = 5  # filtered texts: fewer say nothing
FLOOR, MOST = 0.01, 0.03  # a share up to FLOOR is usual everywhere; one over MOST closes a number for new contacts (S3)
NOISE = 0.0001  # how often chance alone may warn, at most
LATELY, BEFORE = 3, 7 * 24  # hours: the newest ones, this one included, are compared with those before them


@dataclass(frozen=True)
class Share:
    """``filtered`` of ``texts``."""

    filtered: int
    texts: int

    @property
    def rate(self) -> Rate:
        return Rate(self.filtered, self.texts)


def usual(before: Share) -> float:
    """The share that is no news: as much as the texts before may have had, within 95 %. At least FLOOR and at most MOST: what
    is filtered more than MOST is said however long it goes on."""
    return min(max(before.rate.high if before.texts else FLOOR, FLOOR), MOST)


def rises(lately: Share, before: Share) -> bool:
    """Is more filtered lately than is usual, and by more than chance? If the true share is the usual one, this is true in
    NOISE of all cases at most: the 99.99 % interval (Clopper and Pearson 1934) lies above it."""
    return lately.filtered >= FEW and chance(lately.filtered, lately.texts, usual(before)) < NOISE


def chance(hits: int, tries: int, share: float) -> float:
    """Of at least so many hits, where each try hits with the probability ``share``, between 0 and 1."""
    if hits <= tries * share:
        return 1.0  # it is half or more
    ways = lgamma(tries + 1) - lgamma(hits + 1) - lgamma(tries - hits + 1)
    term = exp(ways + hits * log(share) + (tries - hits) * log1p(-share))
    total, odds = 0.0, share / (1 - share)
    for n in range(hits, tries + 1):
        total += term
        term *= (tries - n) / (n + 1) * odds
        if term < total * 1e-15:
            break
    return min(total, 1.0)
