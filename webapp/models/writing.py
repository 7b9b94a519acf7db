"""Can the database and the data directory be written? This is tried regularly, so that nobody's text has to be lost to find out."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from pathlib import Path

from tortoise import fields
from tortoise.models import Model

from webapp import clock, config, database
from webapp.database import failing, transactional
from webapp.models import data_files

SECONDS = 2.0  # an answer may take
AGAIN, SELDOM = 5.0, 30.0  # seconds for which a result holds: for /ready and the like, and for the banner on every page
SIZE = 16_384  # bytes: more than the free space left inside the database file


class WriteTest(Model):
    """One row, which each try writes again."""

    id = fields.IntField(primary_key=True)
    filling = fields.TextField(default="")

    class Meta:
        table = "write_test"


@dataclass(frozen=True)
class Writing:
    """The trouble with writing to the database and to the data directory: "full", "read_only", "away", or "" for none. ``error``: the
    class of the database's error."""

    database: str = ""
    files: str = ""
    error: str = ""


# Opening of the database -> when it was tried (on the steady clock), and the result
_last: dict[int, tuple[float, Writing]] = {}


async def tried(holds: float = AGAIN) -> Writing:
    """The result of the last try, tried again where it is older than ``holds`` seconds. Trouble holds for AGAIN seconds."""
    at, last = _last.get(database.opened(), (0.0, Writing()))
    fresh = AGAIN if last != Writing() else holds
    if at and clock.steady() - at < min(fresh, holds):
        return last
    found, error = await _database()
    result = Writing(found, await asyncio.to_thread(_files, config.settings().data_dir), error)
    _last.clear()
    _last[database.opened()] = (clock.steady(), result)
    return result


def forget() -> None:
    """Lets the next question try again, however fresh the last result is."""
    _last.clear()


async def _database() -> tuple[str, str]:
    try:
        await asyncio.wait_for(_write(), SECONDS)
    except TimeoutError:  # a long write of somebody else's
        return "", ""
    except Exception as error:
        return failing.why(error) or "away", type(error).__name__
    return "", ""


@transactional
async def _write() -> None:
    await database.query(
        "INSERT INTO write_test (id, filling) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET filling = EXCLUDED.filling"
        " RETURNING id",
        secrets.token_hex(SIZE // 2),
    )


def _files(folder: Path) -> str:
    test = folder / f"write-test-{secrets.token_hex(4)}"
    try:
        data_files.write(test, b"x" * SIZE, durable=False)
    except OSError as error:
        return failing.why(error) or "away"
    finally:
        test.unlink(missing_ok=True)
    return ""
