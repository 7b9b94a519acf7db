"""Where a process of these tests dies: DIE=what:n in its environment kills it (SIGKILL) at the n-th ``what``."""

from __future__ import annotations

import os
import signal

BROKEN = os.environ.get("BROKEN", "")  # the build that is broken on purpose; "" for none
_WHAT, _, _NUMBER = os.environ.get("DIE", "").partition(":")
_left = int(_NUMBER or 0)


def die_at(what: str) -> None:
    global _left
    if what and what == _WHAT:
        _left -= 1
        if _left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
