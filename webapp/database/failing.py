"""Why a statement failed, where that is nobody's mistake: the database is away, its disk is full, or it takes no writes."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from typing import Literal

import asyncpg
from tortoise.exceptions import BaseORMException, DBConnectionError, OperationalError

Why = Literal["away", "full", "read_only"]

_ON_POSTGRES: tuple[tuple[tuple[type[Exception], ...], Why], ...] = (
    ((asyncpg.DiskFullError,), "full"),
    ((asyncpg.ReadOnlySQLTransactionError,), "read_only"),
    (
        (
            asyncpg.PostgresConnectionError,
            asyncpg.CannotConnectNowError,
            asyncpg.AdminShutdownError,
            asyncpg.CrashShutdownError,
            asyncpg.TooManyConnectionsError,
            asyncpg.InterfaceError,
            DBConnectionError,
            ConnectionError,
            TimeoutError,  # it does not answer
        ),
        "away",
    ),
)
_ON_SQLITE: tuple[tuple[str, Why], ...] = (
    ("disk is full", "full"),
    ("disk I/O error", "full"),
    ("readonly database", "read_only"),
    ("unable to open database file", "away"),
)
_OF_FILES: dict[int, Why] = {
    errno.ENOSPC: "full",
    errno.EDQUOT: "full",
    errno.EROFS: "read_only",
    errno.EACCES: "read_only",
    errno.EPERM: "read_only",
}


def why(error: BaseException) -> Why | None:
    """None for every other error. Of the database's own errors, and of a file's."""
    return next((found for one in _chain(error) if (found := _of(one))), None)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what Tortoise made it of."""
    yield error
    if isinstance(error, BaseORMException) and error.__cause__:
        yield error.__cause__


def _of(error: BaseException) -> Why | None:
    for kinds, meaning in _ON_POSTGRES:
        if isinstance(error, kinds):
            return meaning
    if isinstance(error, OSError):
        return _OF_FILES.get(error.errno or 0)
    told = str(error) if isinstance(error, OperationalError) else ""
    return next((meaning for words, meaning in _ON_SQLITE if words in told), None)
