"""The limits of a reading process, and its end where it meets them."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
from collections.abc import Callable

NO_MEMORY = 3  # the exit code of a process that hit its memory limit


def within(memory: int, work: Callable[[], None]) -> None:
    """``memory``: bytes of address space."""
    stay_small(memory)
    try:
        work()
    except MemoryError:
        os._exit(NO_MEMORY)


def stay_small(limit: int) -> None:
    """Limits memory, gives way to the site, and has the kernel kill this process when its parent dies."""
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    os.nice(10)
    with contextlib.suppress(OSError, AttributeError):  # Linux only
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
