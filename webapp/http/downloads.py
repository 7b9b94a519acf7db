"""Files as downloads that go on where they were broken off: browsers and curl ask for the rest by ``Range`` (RFC 9110, 13 and 14).

Each file has a strong ETag. A browser that has the first half of another file gets the new one whole (``If-Range``), or is told so
(``If-Match``).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from litestar import Request, Response
from litestar.response import Stream

AT_ONCE = 256 * 1024  # bytes
WHOLE, PARTIAL, CHANGED, NO_SUCH_PART = 200, 206, 412, 416
SENDS = (WHOLE, PARTIAL)
_ASKED = re.compile(r"bytes=\s*(\d{0,18})-(\d{0,18})\s*", re.IGNORECASE)


def download(request: Request[Any, Any, Any], path: Path, name: str, kind: str) -> Response[Any]:
    """The file, or the part of it that is asked for. ``name``: in ASCII, as the browser stores it."""
    seen = path.stat()
    tag, size = f'"{seen.st_mtime_ns:x}-{seen.st_size:x}"', seen.st_size
    headers = {"etag": tag, "accept-ranges": "bytes"}
    if request.headers.get("if-match", tag).strip() not in (tag, "*"):
        return Response(b"", status_code=CHANGED, media_type=kind, headers=headers)
    same = request.headers.get("if-range", tag).strip() == tag
    part = part_asked(request.headers.get("range", ""), size) if same else None
    if part is not None and not part:
        headers["content-range"] = f"bytes */{size}"
        return Response(b"", status_code=NO_SUCH_PART, media_type=kind, headers=headers)
    sent = range(size) if part is None else part
    headers |= {"content-length": str(len(sent)), "content-disposition": f'attachment; filename="{name}"'}
    if part is not None:
        headers["content-range"] = f"bytes {part.start}-{part.stop - 1}/{size}"
    return Stream(
        _bytes_of(path, sent), media_type=kind, status_code=WHOLE if part is None else PARTIAL, headers=headers
    )


def part_asked(header: str, size: int) -> range | None:
    """An empty range: the file has no such part. None: all of it is sent, as where several parts are asked for, which a server
    may do."""
    found = _ASKED.fullmatch(header.strip())
    if not found or not size or found[1] == found[2] == "":
        return None
    first, last = found[1], found[2]
    if first == "":
        return range(max(0, size - int(last)), size)
    if last and int(last) < int(first):
        return None  # nonsense, which is to be ignored
    return range(int(first), max(int(first), min(size, int(last) + 1 if last else size)))


async def _bytes_of(path: Path, part: range) -> AsyncIterator[bytes]:
    """Reads in a thread, so that nobody else's page waits for a disk."""
    left = len(part)
    with await asyncio.to_thread(path.open, "rb") as file:
        file.seek(part.start)
        while left and (read := await asyncio.to_thread(file.read, min(left, AT_ONCE))):
            left -= len(read)
            yield read
