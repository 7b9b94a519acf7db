"""The process that forks reading processes: `python -m webapp.reader.forking FD`, FD being a socket of its parent's.

Most of a reading process's time is its imports; this one has done them. Each message on the socket is a task: what to
do, the memory for it and its arguments, with two sockets. One becomes the new process's standard input and output. The
other reports its exit code when it ends; if the parent closes that one earlier, the process is killed. All of them end
with the parent.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import socket
import sys
import traceback
from collections.abc import Callable

import msgspec

from webapp.reader import preparing, surveying
from webapp.reader.limits import NO_MEMORY, stay_small

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
    while True:
        for key, _ in selector.select():
            if key.fileobj is tasks:
                _begin(tasks, selector)
            elif key.fileobj is woken:
                woken.recv(LONGEST)
            else:
                os.kill(key.data, signal.SIGKILL)  # whoever asked is gone; it was not waited for, so the id is its own
                selector.unregister(key.fileobj)
        _tell_ends(selector)


_running: dict[int, socket.socket] = {}  # process -> where its end is told


def _begin(tasks: socket.socket, selector: selectors.BaseSelector) -> None:
    message, ends, _, _ = socket.recv_fds(tasks, LONGEST, 2)
    if not message:
        os._exit(0)  # the parent is gone
    try:
        talk, end = ends
        if (pid := os.fork()) == 0:
            _become(message, talk)
    except (OSError, ValueError):  # no more files or processes: whoever asked finds its ends closed
        traceback.print_exc()
        for each in ends:
            os.close(each)
        return
    os.close(talk)
    _running[pid] = socket.socket(fileno=end)
    selector.register(_running[pid], selectors.EVENT_READ, pid)


def _become(message: bytes, talk: int) -> None:
    """Never returns."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        os.dup2(talk, 0)
        os.dup2(talk, 1)
        os.closerange(3, 4_096)  # sockets of this process and of other tasks
        what, memory, *arguments = msgspec.json.decode(message, type=list[str])
        stay_small(int(memory))
        WORK[what](*arguments)
        sys.stdout.flush()
        code = 0
    except MemoryError:
        code = NO_MEMORY
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _tell_ends(selector: selectors.BaseSelector) -> None:
    while _running:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        with _running.pop(pid) as end:
            with contextlib.suppress(KeyError):  # a killed one is not listened to any more
                selector.unregister(end)
            with contextlib.suppress(OSError):  # whoever asked is gone
                end.sendall(b"%d\n" % os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main()
