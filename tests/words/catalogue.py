"""The sentences of the sources, and the catalogue that has their Spanish."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "later": None, "said_to_all": None}
TEMPLATES = ROOT / "webapp/templates"
Ids = str | tuple[str, ...]


@lru_cache(maxsize=1)
def found() -> set[Ids]:
    """The message ids of all sources; one with a plural is a pair."""
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    ids: set[Ids] = {message for _, _, message, *_ in extract_from_dir(ROOT, methods, options, KEYWORDS)}
    return ids


@lru_cache(maxsize=1)
def spanish() -> Catalog:
    with (ROOT / "webapp/locale/es.po").open("rb") as file:
        return read_po(file, locale="es")


def translated() -> list[Message]:
    return [message for message in spanish() if message.id]


def forms(of: object) -> tuple[str, ...]:
    return tuple(map(str, of)) if isinstance(of, tuple | list) else (str(of),)
