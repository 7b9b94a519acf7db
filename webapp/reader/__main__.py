"""The reading process, with a memory limit: `python -m webapp.reader survey BYTES SOURCE COPY`, or `rows BYTES` with an
Order on standard input."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import resource
import signal
import sys
from pathlib import Path

import msgspec

from webapp.reader import rows, text, workbook
from webapp.reader.child import NO_MEMORY, Surveyed
from webapp.reader.file_error import FileError

BATCH = 200  # rows per write


def main() -> None:
    what, memory, *paths = sys.argv[1:]
    _stay_small(int(memory))
    try:
        _do(what, paths)
    except MemoryError:
        os._exit(NO_MEMORY)


def _do(what: str, paths: list[str]) -> None:
    if what == "survey":
        sys.stdout.buffer.write(msgspec.json.encode(_survey(Path(paths[0]), Path(paths[1]))))
    else:
        _rows()


def _stay_small(limit: int) -> None:
    """Limits memory, takes the lowest priority, and has the kernel kill this process when its parent dies."""
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    os.nice(15)
    with contextlib.suppress(OSError, AttributeError):  # Linux only
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def _survey(source: Path, copy: Path) -> Surveyed:
    sheet = ""
    try:
        with copy.open("wb") as target:
            if workbook.is_one(source):
                encoding, sheet = "", workbook.copy_plain(source, target)
            else:
                with source.open("rb") as file:
                    encoding = text.copy_plain(file, target)
        return Surveyed(text.survey(copy, encoding), sheet)
    except FileError as error:
        return Surveyed(None, "", error.code, error.message)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        return Surveyed(
            None, "", "disk_full", "The disk of the site is full. Nothing was stored; tell whoever runs it."
        )


def _rows() -> None:
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=rows.Order)
    out, lines = sys.stdout.buffer, []
    with contextlib.suppress(BrokenPipeError):
        for line in rows.encoded(order):
            lines.append(line)
            if len(lines) == BATCH:
                out.write(b"\n".join(lines) + b"\n")
                lines.clear()
        out.write(b"".join(line + b"\n" for line in lines))
        out.write(b"end\n")
        out.flush()


if __name__ == "__main__":
    main()
