"""The layout of a plain copy: its delimiter, its header line, and what is left out above and below (SPEC C1)."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path

from webapp.reader import text
from webapp.reader.file_error import FileError
from webapp.reader.shape import Shape, Wanted
from webapp.reader.text import Record
from webapp.rules.contacts import asides, contact_columns, header_line

SAMPLE_ROWS = 8
ASIDES = 6  # lines left out that are shown
LONGEST_ASIDE = 120  # characters of them
DELIMITERS = ",\t;|"
FIRST_LINES = 60  # physical lines that tell the delimiter
UNNAMED = 20  # columns without a name that a workbook's list may have on its right
_EMPTY = "The file is empty. Nothing was stored."


def survey(path: Path, encoding_name: str, wanted: Wanted | None = None) -> Shape:
    """Reads the whole plain copy once, in pieces. ``encoding_name``: the upload's, "" for a workbook's. Raises
    FileError."""
    with path.open("rb") as file:
        first = [line.decode().rstrip("\n") for line in islice(file, FIRST_LINES)]
        delimiter, skip = (",", 0) if not encoding_name else _delimiter(first)
        found = (r for r in text.read(file, delimiter, 0, 0) if r.line > skip and not r.blank)
        head = list(islice(found, header_line.CANDIDATES))
        if not head:
            raise FileError("empty_file", _EMPTY)
        at, headless = _header(head, wanted or Wanted())
        return _shape(encoding_name, delimiter, head, at, headless, found)


def _header(head: list[Record], wanted: Wanted) -> tuple[int, bool]:
    """The position of the header among the first records, or of the first person, and whether it is that."""
    if wanted.header_line is None:
        found = header_line.find([record.cells for record in head])
        return found.at, found.headless
    if wanted.header_line == 0:
        return 0, True
    for n, record in enumerate(head):
        if record.line == wanted.header_line:
            return n, False
    lines = ", ".join(str(record.line) for record in head[:10])
    raise FileError("no_header_line", f"Line {wanted.header_line} is no header line. Choose one of these: {lines}.")


def _shape(
    encoding_name: str, delimiter: str, head: list[Record], at: int, headless: bool, found: Iterator[Record]
) -> Shape:
    header = _whole_header(head, at) if not headless else head[at]
    cells = _names(header, not encoding_name)
    seen = _Seen(not encoding_name, headless, cells)
    for record in chain(head[at if headless else at + 1 :], found):
        seen.take(record)
    seen.finish()
    width = len(cells) + seen.unnamed
    return Shape(
        encoding_name,
        delimiter,
        tuple(f"Column {n + 1}" for n in range(width)) if headless else cells + ("",) * seen.unnamed,
        header.line - 1 if headless else header.last_line,
        -1 if headless else header.end,
        seen.last,
        seen.rows,
        headless,
        tuple(tuple(cell[:80] for cell in row[:width]) for row in seen.sample),
        above=at,
        below=seen.below,
        asides=tuple([_said(record) for record in head[:at]][:ASIDES] + seen.asides[:ASIDES]),
        last_row=seen.last_row,
        stray=seen.stray + sum(map(bool, header.cells[width:])),
        errors=seen.errors,
        first_lines=tuple((record.line, _said(record)) for record in head[: max(12, at + 4)]),
    )


def _whole_header(head: list[Record], at: int) -> Record:
    """The header, with the groups in the line above it where that has some."""
    header = head[at]
    if at == 0 or head[at - 1].last_line + 1 != header.line:
        return header
    above = head[at - 1].cells
    return (
        replace(header, cells=header_line.with_groups(above, header.cells))
        if header_line.has_groups(above, header.cells)
        else header
    )


def _names(header: Record, workbook: bool) -> tuple[str, ...]:
    if header.swallowed:
        raise FileError(
            "unbalanced_quotes", f"A quotation mark in line {header.line} joins the header with other rows."
        )
    names = text.names(header.cells)
    return _without_far_ones(names) if workbook else names


def _without_far_ones(header: tuple[str, ...]) -> tuple[str, ...]:
    """The header of a workbook up to where it leaves more than UNNAMED cells blank: what stands behind is no column."""
    last = 0
    for n, cell in enumerate(header):
        if cell and n - last <= UNNAMED:
            last = n
    return header[: last + 1]


def _said(record: Record) -> str:
    return ", ".join(text.one_line(cell[:LONGEST_ASIDE]) for cell in record.filled)[:LONGEST_ASIDE]


class _Seen:
    """The rows under the header. ``below``: lines of totals and footers. ``last_row``: the last that is no footer; 0
    for a list of few columns, where a footer can't be told from a person. ``unnamed``: columns on the right of a
    workbook's list whose header is blank."""

    def __init__(self, workbook: bool, headless: bool, header: tuple[str, ...]) -> None:
        self.workbook, self.width, self.header = workbook, len(header), () if headless else header
        self.footers_can_be = sum(map(bool, header)) > 2
        self.rows = self.last = self.last_row = self.below = self.stray = self.errors = self.unnamed = 0
        self.sample: list[list[str]] = []
        self.asides: list[str] = []
        self.beside: Counter[int] = Counter()  # place after the header's last -> filled cells
        self.pending: list[Record] = []  # the first of those that are footers if no person comes
        self.waiting = 0

    def take(self, record: Record) -> None:
        self.last = record.last_line
        self.errors += record.errors
        if self.workbook:
            self.beside.update(n for n, cell in enumerate(record.cells[self.width :]) if cell.strip())
            record = record.cut(self.width)
        if text.left_out(record, self.header, 0):
            self._leave_out(record)
        elif self.footers_can_be and asides.may_be_footer(record.filled):
            self.waiting += 1
            self.pending = [*self.pending, record][: max(ASIDES, SAMPLE_ROWS)]
        else:
            if self.waiting:
                self._people()
            self.rows, self.last_row = self.rows + 1, record.last_line
            if len(self.sample) < SAMPLE_ROWS:
                self.sample.append(record.cells)

    def finish(self) -> None:
        """At the end of the file: what still waits are footers, unless nothing else is there. Raises FileError."""
        if self.last_row:
            for record in self.pending:
                self._leave_out(record)
            self.below += self.waiting - len(self.pending)
        else:
            self._people()
        if not self.rows:
            raise FileError("no_rows", "The file has a header and no rows. Nothing was stored.")
        self.last_row = self.last_row if self.footers_can_be else 0
        real = [n for n, filled in self.beside.items() if filled * 10 >= self.rows and n < UNNAMED]
        self.unnamed = max(real, default=-1) + 1
        self.stray = sum(filled for n, filled in self.beside.items() if n >= self.unnamed)

    def _people(self) -> None:
        """Those that wait are people."""
        self.rows += self.waiting
        if len(self.sample) < SAMPLE_ROWS:
            self.sample = [*self.sample, *(record.cells for record in self.pending)][:SAMPLE_ROWS]
        self.pending, self.waiting = [], 0

    def _leave_out(self, record: Record) -> None:
        if filled := record.filled:
            self.below += 1
            self.asides = [*self.asides, ", ".join(filled)[:LONGEST_ASIDE]][:ASIDES]


def _delimiter(first: list[str]) -> tuple[str, int]:
    """The delimiter, and how many lines before the header belong to a spreadsheet's hint ("sep=;")."""
    if first and (hint := re.fullmatch(r"\s*sep=([,;\t|:^~])\s*", first[0], re.IGNORECASE)):
        return hint[1], 1
    lines = [line for line in first if line.strip()]
    return max(DELIMITERS, key=lambda d: (*_agreement(lines, d), -DELIMITERS.index(d))), 0


def _agreement(lines: list[str], delimiter: str) -> tuple[int, int, int]:
    """How many known names a line has, how many lines have as many cells as most have, and how many cells that is; zeros
    where that is one cell."""
    try:
        rows = [row for row in csv.reader(lines, delimiter=delimiter) if row]
    except csv.Error:
        return 0, 0, 0
    known = max((contact_columns.recognized(row[: header_line.WIDEST]) for row in rows), default=0)
    widths = Counter(len(row) for row in rows if len(row) > 1).most_common(1)
    return (known if known > 1 else 0, widths[0][1], widths[0][0]) if widths else (0, 0, 0)
