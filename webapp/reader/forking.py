"""The process that forks reading processes: `python -m webapp.reader.forking FD`, FD being a socket of its parent's.

Most of a reading process's time is its imports; this one has done them. Each message on the socket is a task: what to do,
the memory for it and its arguments, with two sockets. One becomes the new process's standard input and output; on the
other its id is told at once, and its exit code at its end. All of them end with the parent.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import selectors
import signal
import socket
import sys
import traceback
from collections.abc import Callable

import msgspec

from webapp.reader import preparing, surveying

NO_MEMORY = 3  # the exit code of a process that hit its memory limit
LONGEST = 65_536  # bytes of a task
WORK: dict[str, Callable[..., None]] = {"surveying": surveying.work, "preparing": preparing.work}


def main() -> None:
    tasks = socket.socket(fileno=int(sys.argv[1]))
    woken, wakes = socket.socketpair()
    woken.setblocking(False)
    wakes.setblocking(False)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wakes.fileno(), warn_on_full_buffer=False)
    selector = selectors.DefaultSelector()
    selector.register(tasks, selectors.EVENT_READ)
    selector.register(woken, selectors.EVENT_READ)
    running: dict[int, socket.socket] = {}  # process -> where its end is told
    while True:
        for key, _ in selector.select():
            if key.fileobj is woken:
                woken.recv(LONGEST)
                continue
            message, ends, _, _ = socket.recv_fds(tasks, LONGEST, 2)
            if not message:
                os._exit(0)  # the parent is gone
            _begin(message, ends[0], socket.socket(fileno=ends[1]), running)
        _tell_ends(running)


def _begin(message: bytes, talk: int, end: socket.socket, running: dict[int, socket.socket]) -> None:
    if (pid := os.fork()) == 0:
        _become(message, talk)
    os.close(talk)
    running[pid] = end
    _tell(end, pid)


def _become(message: bytes, talk: int) -> None:
    """Never returns."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        os.dup2(talk, 0)
        os.dup2(talk, 1)
        os.closerange(3, 4_096)  # sockets of this process and of other tasks
        what, memory, *arguments = msgspec.json.decode(message, type=list[str])
        _stay_small(int(memory))
        WORK[what](*arguments)
        sys.stdout.flush()
        code = 0
    except MemoryError:
        code = NO_MEMORY
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _stay_small(limit: int) -> None:
    """Limits memory (bytes of address space), gives way to the site, and has the kernel end this process with its parent."""
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    os.nice(10)
    with contextlib.suppress(OSError, AttributeError):  # Linux only
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def _tell_ends(running: dict[int, socket.socket]) -> None:
    while running:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        with running.pop(pid) as end:
            _tell(end, os.waitstatus_to_exitcode(status))


def _tell(end: socket.socket, number: int) -> None:
    with contextlib.suppress(OSError):  # who asked is gone
        end.sendall(b"%d\n" % number)


if __name__ == "__main__":
    main()
