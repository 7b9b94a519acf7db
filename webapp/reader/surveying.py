"""The process that surveys a file: `python -m webapp.reader.surveying BYTES SOURCE COPY`, BYTES being its memory limit.

It imports nothing of people and places: half of its time is its imports.
"""

from __future__ import annotations

import errno
import sys
from pathlib import Path

import msgspec

from webapp.reader import limits, text, workbook
from webapp.reader.file_error import FileError


class Surveyed(msgspec.Struct):
    """``sheet``: which sheet of a workbook was read, in words. ``shape`` is None where there is an error."""

    shape: text.Shape | None
    sheet: str = ""
    error_code: str = ""
    error_message: str = ""


def main() -> None:
    memory, source, copy = sys.argv[1:]
    limits.within(int(memory), lambda: _tell(_survey(Path(source), Path(copy))))


def _tell(surveyed: Surveyed) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(surveyed))


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


if __name__ == "__main__":
    main()
