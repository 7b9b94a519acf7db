"""A bank's environment, its Valkey and its simulator of Twilio."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from pathlib import Path

from webapp.simulator import account

ROOT = Path(__file__).parents[3]


def environment(folder: Path, database_url: str, port: int, twilio_url: str) -> dict[str, str]:
    """Of all its processes."""
    return {
        **os.environ,
        "TEXTBANK_DATABASE_URL": database_url,
        "TEXTBANK_REDIS_URL": f"unix://{folder / 'valkey.sock'}",
        "TEXTBANK_PORT": str(port),
        "TEXTBANK_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "TEXTBANK_DATA_DIR": str(folder / "var"),
        "TEXTBANK_SECRET_KEY": "for tests",
        "TEXTBANK_TWILIO_ACCOUNT_SID": account.ACCOUNT,
        "TEXTBANK_TWILIO_AUTH_TOKEN": account.TOKEN,
        "TEXTBANK_TWILIO_API_URL": twilio_url,
        "PYTHONPATH": str(ROOT),
    }


def simulator(folder: Path, port: int) -> list[str]:
    """The command that starts it."""
    words = ["--port", str(port), "--pace", "0.05", "--clock-file", str(folder / "var" / "clock")]
    return [sys.executable, "-m", "webapp.simulator", *words]


async def tell_valkey(folder: Path, command: str) -> None:
    with contextlib.suppress(OSError):
        reader, writer = await asyncio.open_unix_connection(str(folder / "valkey.sock"))
        writer.write(f"*1\r\n${len(command)}\r\n{command}\r\n".encode())
        await writer.drain()
        await reader.readline()
        writer.close()
