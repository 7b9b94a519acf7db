"""Answers of others that are not what they promise: each is a trouble we know, none is an error of ours."""

from __future__ import annotations

import functools
import math
from collections.abc import Awaitable, Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
CANT_READ = (AttributeError, LookupError, RecursionError, TypeError, ValueError)


def read_as(
    trouble: Callable[[Exception], Exception],
) -> Callable[[Callable[P, Awaitable[T]]], Callable[P, Awaitable[T]]]:
    """Marks a call: what can't be read of its answer is the ``trouble`` made of the error."""

    def readable(call: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
        @functools.wraps(call)
        async def read(*arguments: P.args, **named: P.kwargs) -> T:
            try:
                return await call(*arguments, **named)
            except CANT_READ as error:
                raise trouble(error) from error

        return read

    return readable


def wait_of(headers: Mapping[str, str], otherwise: float, bounds: tuple[float, float]) -> float:
    """The seconds of Retry-After, which may be a date by the clock of the answer; ``otherwise`` where it can't be read. Never
    outside the ``bounds``."""
    told = headers.get("Retry-After", str(otherwise))
    try:
        seconds = float(told)
    except ValueError:
        seconds = _until(told, headers.get("Date", ""))
    return otherwise if math.isnan(seconds) else min(max(seconds, bounds[0]), bounds[1])


def _until(date: str, now: str) -> float:
    try:
        return (parsedate_to_datetime(date) - parsedate_to_datetime(now)).total_seconds()
    except (ValueError, TypeError):
        return math.nan
