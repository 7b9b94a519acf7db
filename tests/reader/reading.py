"""A file surveyed and its records read, in this process."""

from __future__ import annotations

from pathlib import Path

from tests.cast.lists import CASES
from webapp.reader import surveying, text
from webapp.reader.shape import Shape, Wanted


def surveyed(path: Path, wanted: Wanted | None = None) -> Shape:
    return surveying.shape_of(path, path.with_name(path.name + ".plain"), wanted or Wanted())


def records(path: Path, wanted: Wanted | None = None) -> list[text.Record]:
    shape = surveyed(path, wanted)
    return list(text.records(path.with_name(path.name + ".plain"), shape))


def cells(path: Path, wanted: Wanted | None = None) -> list[list[str]]:
    return [record.cells for record in records(path, wanted)]


def write(folder: Path, content: str | bytes) -> Path:
    path = folder / "upload.list"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def case(folder: Path, name: str) -> Path:
    """A file as another system exported it."""
    path = folder / name
    path.write_bytes((CASES / name).read_bytes())
    return path
