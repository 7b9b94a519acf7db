"""The language of the page under way, and its words: msgids are English, catalogues are webapp/locale/<language>.po."""

from __future__ import annotations

from contextvars import ContextVar
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

LANGUAGES = ("en", "es")
HERE = Path(__file__).parent

language: ContextVar[str] = ContextVar("language", default="en")


@lru_cache(maxsize=4)
def _translations(name: str) -> Any:
    """The catalogue of a language, read from its .po file: nothing to compile, nothing to forget."""
    file = HERE / "locale" / f"{name}.po"
    if not file.exists():
        return None
    compiled = BytesIO()
    with file.open("rb") as source:
        write_mo(compiled, read_po(source, locale=name))
    compiled.seek(0)
    return Translations(compiled)


def gettext(text: str, **values: object) -> str:
    """In the page's language. ``values`` fill its %(name)s, after it is translated."""
    found = _translations(language.get())
    translated = found.ugettext(text) if found else text
    return translated % values if values else translated


def ngettext(one: str, many: str, n: int) -> str:
    found = _translations(language.get())
    return found.ungettext(one, many, n) if found else (one if n == 1 else many)
