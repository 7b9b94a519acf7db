"""How an upload is to be read, and how it is read: what the reading processes and the worker tell each other."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Wanted:
    """The choices of a person. ``sheet``: its name, "" for the one that looks like a list. ``header_line``: the physical line
    of the header, 0 where the first line is a person, None where it is to be found. ``opt_outs``: a list of phones to opt out
    is looked for."""

    sheet: str = ""
    header_line: int | None = None
    without_hidden: bool = False
    opt_outs: bool = False


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook. ``first``: its first lines, as text. ``looks_like_list``: as in header_line.Found.
    ``against``: its name says that these people are not to be texted, as "DNC" does."""

    name: str
    first: tuple[str, ...]
    looks_like_list: int
    against: bool = False

    def fits(self, opt_outs: bool) -> tuple[bool, int]:
        """The sheet with the largest is read where nobody chose one. ``opt_outs``: as in Wanted."""
        return self.looks_like_list > 0 and self.against == opt_outs, self.looks_like_list


@dataclass(frozen=True)
class Shape:
    """How to read a plain copy. Lines are physical ones, counted from 1. ``encoding``: "" for a workbook. ``start``: the
    byte where the first row begins, -1 in a headless file. ``header_line``: the line before the first row. ``headless``:
    the first row is a person, and ``header`` holds made-up names. ``lines``: of the whole file. ``rows``: those that are
    people. ``sample``: the first of them.

    The lines left out: ``above`` counts lines above the header, ``below`` lines of totals (`rules.contacts.asides`).
    ``asides`` are the first of them. After the line ``last_row`` rows of one cell are footers. ``stray``: cells of a
    workbook beside the list.

    The notes on a file. ``hidden``: rows of a workbook. ``unreadable``: characters. ``errors``: cells such as #N/A,
    read as blank. ``sheets``: those of a workbook that are not empty. ``sheet``: the one that was read.
    ``first_lines``: line number and text, so that a person can choose the header."""

    encoding: str
    delimiter: str
    header: tuple[str, ...]
    header_line: int
    start: int
    lines: int
    rows: int
    headless: bool
    sample: tuple[tuple[str, ...], ...]
    above: int = 0
    below: int = 0
    asides: tuple[str, ...] = ()
    last_row: int = 0
    stray: int = 0
    hidden: int = 0
    unreadable: int = 0
    errors: int = 0
    sheets: tuple[Sheet, ...] = ()
    sheet: str = ""
    first_lines: tuple[tuple[int, str], ...] = ()

    @property
    def strike_lists(self) -> tuple[Sheet, ...]:
        """The sheets beside the one that was read whose people are not to be texted."""
        return tuple(sheet for sheet in self.sheets if sheet.against and sheet.name != self.sheet)

    @property
    def lists(self) -> tuple[Sheet, ...]:
        """The sheets that look as much like a list as the best one."""
        best = max((sheet.looks_like_list for sheet in self.sheets), default=0)
        return tuple(sheet for sheet in self.sheets if best and sheet.looks_like_list == best)
