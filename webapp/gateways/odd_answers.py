"""Answers of others that are not what they promise: each is a trouble we know, none is an error of ours."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
CANT_READ = (AttributeError, LookupError, TypeError, ValueError)


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
