"""Rows of a plain copy, read by the rules: lines of JSON, each with the byte and line to go on after."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from webapp.reader.shape import Shape
from webapp.reader.text import Record, records
from webapp.rules.contacts import contact_columns, contact_rows

LONGEST_CELL = 5_000  # characters kept of a refused row's cell
LONGEST_LINE = 2_000_000  # bytes of one row between the processes, so that the worker needs little memory


class Row(msgspec.Struct, array_like=True):
    """A ``person``, or a refused row with its ``reason``, ``raw_phone`` and ``cells``. In a list of phones to opt out it can be
    both: one phone of a row was read and another not. Lines and bytes as in Record."""

    line: int
    end: int
    last_line: int
    person: contact_rows.Person | None = None
    reason: str = ""
    raw_phone: str = ""
    cells: list[str] = []


class Order(msgspec.Struct):
    """``read_bytes``, ``line``: where to go on after; 0, 0 for the first row. ``only_phones``: nothing else is read.
    ``counting``: so many rows are counted, see `counted`, and none is read."""

    path: str
    shape: Shape
    columns: contact_columns.Columns
    read_bytes: int = 0
    line: int = 0
    only_phones: bool = False
    counting: int = 0


def prepare(order: Order) -> Iterator[Row]:
    """Every row under the header that is not left out, in order."""
    width = len(order.shape.header)
    for record in records(Path(order.path), order.shape, order.read_bytes, order.line):
        person, refused = read(order, record)
        if refused is None:
            yield Row(record.line, record.end, record.last_line, person)
        else:
            cells = [cell[:LONGEST_CELL] for cell in record.cells[: width + 50]]
            place = (record.line, record.end, record.last_line)
            yield Row(*place, person, refused.reason, refused.raw_phone[:200], cells)


def read(order: Order, record: Record) -> tuple[contact_rows.Person | None, contact_rows.Refused | None]:
    if record.swallowed:
        return None, contact_rows.Refused("ragged_row")
    if order.only_phones:
        return contact_rows.read_phones(record.cells, order.columns)
    read = contact_rows.read(record.cells, order.columns, len(order.shape.header))
    return (read, None) if isinstance(read, contact_rows.Person) else (None, read)


def encoded(order: Order) -> Iterator[bytes]:
    """The rows as lines of JSON. A row longer than LONGEST_LINE is refused."""
    encoder = msgspec.json.Encoder()
    for row in prepare(order):
        line = encoder.encode(row)
        if len(line) >= LONGEST_LINE:
            line = encoder.encode(Row(row.line, row.end, row.last_line, None, "field_too_long", row.raw_phone))
        yield line
