"""A browser's one connection, kept open. It does as little as possible: the load and the server it measures share two cores."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit


@dataclass(frozen=True)
class Answer:
    """``head``: the status line and the headers, as they came."""

    status: int
    head: str
    body: bytes

    @property
    def location(self) -> str:
        return _header(self.head, "location")


def _header(head: str, name: str) -> str:
    """Its value; "" where there is none."""
    start = f"{name}: "
    return next((line[len(start) :] for line in head.splitlines() if line.lower().startswith(start)), "")


class Browser:
    """``down``: the bytes that came, heads included."""

    def __init__(self, host: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._host, self._reader, self._writer = host, reader, writer
        self.down = 0

    @classmethod
    async def at(cls, url: str) -> Browser:
        parts = urlsplit(url)
        return cls(parts.netloc, *await asyncio.open_connection(parts.hostname, parts.port))

    def close(self) -> None:
        self._writer.close()

    async def get(self, path: str, headers: Mapping[str, str]) -> Answer:
        return await self._ask("GET", path, headers, b"")

    async def post(self, path: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        typed = {"content-type": "application/x-www-form-urlencoded", **headers}
        return await self._ask("POST", path, typed, urlencode(form).encode())

    async def _ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        lines = [f"{method} {path} HTTP/1.1", f"host: {self._host}", f"content-length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self._writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode()
        length = int(_header(head, "content-length") or 0)
        self.down += len(head) + length
        return Answer(int(head[9:12]), head, await self._reader.readexactly(length))
