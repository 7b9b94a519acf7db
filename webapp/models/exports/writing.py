"""Rows as lines of a file: CSV, JSON Lines, or the lines a workbook is made of (SPEC R5)."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from webapp.database import packed
from webapp.rules.exports import safe_cells
from webapp.rules.exports.columns import CSV, JSONL, Column

Render = Callable[[Any], Any]


class Shorter(Exception):
    """The file is shorter than what was committed: the disk lost the rest, or somebody deleted it."""


def head(format: str, columns: tuple[Column, ...], title: str) -> bytes:
    """The beginning of the file, before the first row."""
    if format == CSV:
        return safe_cells.BOM + safe_cells.line(column.name for column in columns)
    if format == JSONL:
        return b""
    return _json({"title": title, "columns": [[c.name, c.what, c.meaning] for c in columns]})


def body(format: str, columns: tuple[Column, ...], rows: Iterable[dict[str, Any]], zone: ZoneInfo) -> bytes:
    """Lines of these rows. Times get the zone's offset."""
    renders = [(column.name, _render(column, zone, typed=format != CSV)) for column in columns]
    if format == CSV:
        return safe_cells.lines([render(row[name]) for name, render in renders] for row in rows)
    if format == JSONL:
        return b"".join(_json({name: render(row[name]) for name, render in renders}) for row in rows)
    return b"".join(_json([render(row[name]) for name, render in renders]) for row in rows)


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace") + b"\n"


def _render(column: Column, zone: ZoneInfo, typed: bool) -> Render:
    """For CSV each value as text; else as JSON has it, None for nothing."""

    def time(value: Any) -> str:
        at: datetime | None = packed.instant(value)
        return at.astimezone(zone).isoformat(timespec="seconds") if at else ""

    if column.what == "time":
        return (lambda value: time(value) or None) if typed else time
    if column.what == "yes_no":
        return bool if typed else (lambda value: "1" if value else "0")
    if column.what == "number" and typed:
        return lambda value: value
    return lambda value: "" if value is None else str(value)


def append(path: Path, at: int, data: bytes) -> int:
    """Writes after the first ``at`` bytes; bytes after them, of a worker that died, are cut off. Returns the new length. Raises
    Shorter."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        if file.seek(0, os.SEEK_END) < at:
            raise Shorter
        file.truncate(at)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
        return file.tell()
