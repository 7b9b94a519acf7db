"""The database as it was a while ago, put back (SQLite)."""

from __future__ import annotations

import shutil
from pathlib import Path

from webapp import config, database


def _file() -> Path:
    return Path(config.settings().database.removeprefix("sqlite://"))


async def back_up(folder: Path) -> Path:
    await database.query("PRAGMA wal_checkpoint(TRUNCATE)")
    return Path(shutil.copy(_file(), folder / "backup.db"))


async def restore(copy: Path) -> None:
    """As whoever runs the server does: stop, put the file back, start."""
    await database.close_database()
    for left in _file().parent.glob("textbank.db-*"):
        left.unlink()
    shutil.copy(copy, _file())
    await database.open_database(config.settings().database)
