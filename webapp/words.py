"""Words in the language of the present request: message ids are English, catalogues webapp/locale/<language>.po."""

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
    """The catalogue, read from the .po file itself, so that there is no compiled file to go stale."""
    file = HERE / "locale" / f"{name}.po"
    if not file.exists():
        return None
    compiled = BytesIO()
    with file.open("rb") as source:
        write_mo(compiled, read_po(source, locale=name))
    compiled.seek(0)
    return Translations(compiled)


def gettext(text: str, **values: object) -> str:
    """In the request's language. ``values`` fill the translation's %(name)s."""
    found = _translations(language.get())
    translated = found.ugettext(text) if found else text
    return translated % values if values else translated


def ngettext(one: str, many: str, n: int) -> str:
    found = _translations(language.get())
    return found.ungettext(one, many, n) if found else (one if n == 1 else many)
