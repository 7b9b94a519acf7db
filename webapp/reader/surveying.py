"""Surveys a file, in a process of its own, with what is Wanted on standard input."""

from __future__ import annotations

import errno
import os
import sys
from dataclasses import replace
from pathlib import Path

import msgspec

from webapp.reader import layout, text, workbook
from webapp.reader.file_error import FileError
from webapp.reader.shape import Shape, Wanted


class Surveyed(msgspec.Struct):
    """``shape`` is None where there is an error."""

    shape: Shape | None
    error_code: str = ""
    error_message: str = ""


def work(source: str, copy: str) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(_survey(Path(source), Path(copy))))


def _survey(source: Path, copy: Path) -> Surveyed:
    wanted = msgspec.json.decode(sys.stdin.buffer.read(), type=Wanted)
    try:
        return Surveyed(shape_of(source, copy, wanted))
    except FileError as error:
        return Surveyed(None, error.code, error.message)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        return Surveyed(None, "disk_full", "The disk of the site is full. Nothing was stored; tell whoever runs it.")


def shape_of(source: Path, copy: Path, wanted: Wanted) -> Shape:
    """The copy is put in its place when it is whole: another worker on this file may read the one before it."""
    making = copy.with_name(f"{copy.name}.{os.getpid()}")
    try:
        shape = _copied(source, making, wanted)
        making.replace(copy)
    finally:
        making.unlink(missing_ok=True)
    return shape


def _copied(source: Path, copy: Path, wanted: Wanted) -> Shape:
    with copy.open("wb") as target:
        if workbook.is_one(source):
            book = workbook.copy_plain(source, target, wanted)
        else:
            book = None
            with source.open("rb") as file:
                encoding, unreadable = text.copy_plain(file, target)
    if book:
        shape = layout.survey(copy, "", wanted)
        return replace(shape, sheet=book.name, sheets=book.sheets, hidden=book.hidden, stray=shape.stray + book.stray)
    if wanted.sheet:
        raise FileError("no_sheet", f"This file is no workbook: it has no sheet {wanted.sheet[:80]}.")
    return replace(layout.survey(copy, encoding, wanted), unreadable=unreadable)
