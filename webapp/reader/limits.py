"""The limits of a reading process."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal

NO_MEMORY = 3  # the exit code of a process that hit its memory limit


def stay_small(limit: int) -> None:
    """Limits memory, gives way to the site, and has the kernel kill this process when its parent dies."""
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    os.nice(10)
    with contextlib.suppress(OSError, AttributeError):  # Linux only
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
