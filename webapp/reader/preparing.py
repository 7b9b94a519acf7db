"""Prepares rows, in a process of its own, with an Order on standard input."""

from __future__ import annotations

import contextlib
import sys

import msgspec

from webapp.reader import counted, rows

BATCH = 200  # rows per write


def work() -> None:
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=rows.Order)
    out, lines = sys.stdout.buffer, []
    if order.counting:
        out.write(msgspec.json.encode(counted.count(order)))
        return
    with contextlib.suppress(BrokenPipeError):
        for line in rows.encoded(order):
            lines.append(line)
            if len(lines) == BATCH:
                out.write(b"\n".join(lines) + b"\n")
                lines.clear()
        out.write(b"".join(line + b"\n" for line in lines))
        out.write(b"end\n")
        out.flush()
