"""Notes beside the database how far each number's sending has got. A database that knows of less was restored from a backup.

A note is an instant, `PhoneNumber.free_at` after a claim: every claim moves it on, and nothing moves it back but a restore.
"""

from __future__ import annotations

import contextlib
import fcntl
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from webapp import config
from webapp.models import data_files

NEVER = datetime.max.replace(tzinfo=UTC)  # a note that can't be read may tell of anything


def note(number_id: int, free_at: datetime, durable: bool = False) -> None:
    """Kept where an earlier one is there; a later one stays."""
    path = _folder() / str(number_id)
    with _alone(path):
        before = _read(path)
        if before is None or before < free_at:
            data_files.write(path, free_at.isoformat().encode(), durable)


def of(number_id: int) -> datetime | None:
    return _read(_folder() / str(number_id))


def all_of_them() -> dict[int, datetime]:
    """By number."""
    found = {int(path.name): _read(path) for path in _folder().glob("*") if path.name.isdecimal()}
    return {number_id: at for number_id, at in found.items() if at is not None}


def forget() -> None:
    shutil.rmtree(_folder(), ignore_errors=True)


def _folder() -> Path:
    return config.settings().data_dir / "sent_until"


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One process and thread at a time for each number's note."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _read(path: Path) -> datetime | None:
    """None: there is none."""
    try:
        at = datetime.fromisoformat(path.read_text())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError):
        return NEVER
    return at if at.tzinfo else NEVER
