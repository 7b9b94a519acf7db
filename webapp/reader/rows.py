"""Rows of a plain copy as the worker stores them: JSON, one a line, with the byte and line to go on from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from webapp.reader.text import Shape, records
from webapp.rules.contacts import contact_columns, contact_rows

LONGEST_CELL = 5_000
LONGEST_LINE = 2_000_000  # bytes of one row between the processes: what the worker holds of a file stays small


class Row(msgspec.Struct, array_like=True):
    """``person`` or, where ``reason`` is set, the ``cells`` of a row that is refused."""

    line: int
    end: int
    last_line: int
    person: contact_rows.Person | None = None
    reason: str = ""
    raw_phone: str = ""
    cells: list[str] = []


class Order(msgspec.Struct):
    """What the worker asks for. ``read_bytes`` and ``line``: where it got to; 0 and 0 for the beginning."""

    path: str
    shape: Shape
    columns: contact_columns.Columns
    read_bytes: int = 0
    line: int = 0
    only_phones: bool = False


def prepare(order: Order) -> Iterator[Row]:
    """Every row under the header but the blank ones, in order."""
    width = len(order.shape.header)
    for record in records(Path(order.path), order.shape, order.read_bytes, order.line):
        if record.blank:
            continue
        if order.only_phones:
            read = contact_rows.read_phone(record.cells, order.columns)
        else:
            read = contact_rows.read(record.cells, order.columns, width)
        if isinstance(read, contact_rows.Person):
            yield Row(record.line, record.end, record.last_line, read)
        else:
            cells = [cell[:LONGEST_CELL] for cell in record.cells[: width + 50]]
            yield Row(record.line, record.end, record.last_line, None, read.reason, read.raw_phone[:200], cells)


def encoded(order: Order) -> Iterator[bytes]:
    """The rows as lines of JSON. A row too long to be handed over is refused."""
    encoder = msgspec.json.Encoder()
    for row in prepare(order):
        line = encoder.encode(row)
        if len(line) >= LONGEST_LINE:
            line = encoder.encode(Row(row.line, row.end, row.last_line, None, "field_too_long", row.raw_phone))
        yield line
