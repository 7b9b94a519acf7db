"""Waiting for a condition, never for a time; work done to its end from wherever one is; free ports."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import inspect
import socket
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")


async def until(condition: Callable[[], Any], seconds: float = 20, pause: float = 0.02) -> Any:
    """Asks, and awaits what is given, until the answer is true; returns it."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while True:
                asked = condition()
                found = await asked if inspect.isawaitable(asked) else asked
                if found:
                    return found
                await asyncio.sleep(pause)
    raise AssertionError(f"not within {seconds} s: {condition}")


def blocking(work: Coroutine[Any, Any, T]) -> T:
    """Runs it to its end on a loop of its own, wherever this is called from."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def once(done: Path, make: Callable[[], None]) -> None:
    """Made by whichever worker of the run comes first; the others wait for it."""
    with done.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            make()
            done.touch()


def free_port(behind: int = 0) -> int:
    """A free port; so many ``behind`` it are free too."""
    while True:
        with contextlib.ExitStack() as probing, contextlib.suppress(OSError, OverflowError):
            first, *others = (probing.enter_context(socket.socket()) for _ in range(behind + 1))
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            for n, other in enumerate(others, port + 1):
                other.bind(("127.0.0.1", n))
            return port
