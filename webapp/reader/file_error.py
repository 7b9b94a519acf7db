"""Why a file as a whole can't be taken."""

from __future__ import annotations


class FileError(Exception):
    """``code``: a file error of the vectors' csv/expected.json, "too_large", "disk_full", "file_gone", "password",
    "formulas", "no_sheet" or "no_header_line". ``message``: a sentence for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message
