"""Notes beside the database how far each number's sending has got. A database that knows of less was restored from a backup.

A note is `PhoneNumber.claim_mark` after a claim: every claim moves it on, and nothing moves it back but a restore. This
process also remembers what it noted, in case the notes were restored with the database.
"""

from __future__ import annotations

import contextlib
import fcntl
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from webapp import config, database
from webapp.models import data_files

_noted: dict[tuple[int, int], int] = {}  # by the opening of the database, and number


def note(number_id: int, mark: int, durable: bool = False) -> None:
    """Writes the note, unless a later one is there."""
    _noted[_key(number_id)] = max(mark, _noted.get(_key(number_id), 0))
    path = _folder() / str(number_id)
    with _alone(path):
        if _read(path) < mark:
            data_files.write(path, f"{mark}\n".encode(), durable)


def of(number_id: int) -> int:
    """0 where there is none."""
    return max(_read(_folder() / str(number_id)), _noted.get(_key(number_id), 0))


def all_of_them() -> dict[int, int]:
    """By number."""
    numbers = {int(path.name) for path in _folder().glob("*") if path.name.isdecimal()}
    found = {}
    for number_id in numbers:
        with contextlib.suppress(OSError):  # each claim asks for itself
            found[number_id] = of(number_id)
    return found


def forget() -> None:
    """Removes the notes of all numbers. The memory of other processes is overtaken by `restoring.reconciled`."""
    shutil.rmtree(_folder(), ignore_errors=True)


def _key(number_id: int) -> tuple[int, int]:
    return database.opened(), number_id


def _folder() -> Path:
    return config.settings().data_dir / "claim_marks"


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One process and thread at a time for each number's note."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _read(path: Path) -> int:
    """The mark of the note; 0 where there is none, or where a power cut left half of one. After a power cut every
    process is new, and asks Twilio. Raises OSError where the disk can't be read."""
    try:
        text = path.read_text(errors="replace")
    except (FileNotFoundError, NotADirectoryError):
        return 0
    return int(text) if re.fullmatch(r"[0-9]{1,18}\n", text) else 0
