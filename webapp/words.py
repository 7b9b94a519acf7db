"""Words in the language of the present request (SPEC P3): message ids are English, catalogues webapp/locale/<language>.po.

The office is in English until somebody adds webapp/locale/<language>.office.po, made from what `bin/words office.pot` writes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup, escape

from webapp.rules.speech.sentences import Sentence, with_one_stop

LANGUAGES = ("en", "es")
NAMES = {"en": "English", "es": "Español"}  # each in its own words
HERE = Path(__file__).parent
LONGEST = 200  # characters of a browser's header that are read

language: ContextVar[str] = ContextVar("language", default="en")


@lru_cache(maxsize=4)
def catalogue(name: str) -> Any:
    """The catalogue, read from the .po files themselves, so that there is no compiled file to go stale."""
    file = HERE / "locale" / f"{name}.po"
    if not file.exists():
        return None
    found = _read(file, name)
    return found.merge(_read(_of_office(name), name)) if _of_office(name).exists() else found


def _of_office(name: str) -> Path:
    return HERE / "locale" / f"{name}.office.po"


def _read(file: Path, name: str) -> Translations:
    compiled = BytesIO()
    with file.open("rb") as source:
        write_mo(compiled, read_po(source, locale=name))
    compiled.seek(0)
    return Translations(compiled)


def in_office(name: str) -> str:
    """The language of the office's pages for somebody who reads this one: English, where they are not translated."""
    return name if _of_office(name).exists() else "en"


def gettext(text: str, /, **values: object) -> str:
    """In the request's language. ``values`` fill the translation's %(name)s; a sentence of the office brings its own."""
    found = catalogue(language.get())
    if isinstance(text, Sentence):
        return text.spoken(found.ugettext, found.ungettext) if found else str(text)
    translated = found.ugettext(text) if found and text else text  # the catalogue's head stands under ""
    filled = {name: finalized(value) for name, value in values.items()}
    return with_one_stop(translated % filled, filled) if values else translated


@pass_eval_context
def in_page(context: EvalContext, text: str, /, **values: object) -> str:
    """As `gettext`, for words that stand in a template; ``values`` are escaped where the template escapes. In place of
    Jinja's own, which translates and marks each sentence again on each page."""
    found = catalogue(language.get())
    if found and values:
        values = {name: finalized(value) for name, value in values.items()}
    if not context.autoescape:
        return gettext(text) % values
    return with_one_stop(_filled(_sentence(text, found), values), values) if values else _whole(text, found)


def _filled(sentence: Markup, values: Mapping[str, object]) -> Markup:
    """As ``sentence % values``, for which Markup wraps each value: a third of the time."""
    escaped = {name: escape(value) for name, value in values.items()}
    return Markup(str.__mod__(sentence, escaped))  # noqa: S704


def fixed_in_page(text: str, escaped: bool) -> str:
    """As `in_page` without values, for whoever compiles the template: in the language of this moment."""
    return _whole(text, catalogue(language.get())) if escaped else gettext(text) % {}


@pass_eval_context
def many_in_page(context: EvalContext, one: str, many: str, n: int, /, **values: object) -> str:
    text = ngettext(one, many, n)
    filled = {"num": n, **{name: finalized(value) for name, value in values.items()}}
    return with_one_stop((Markup(text) if context.autoescape else text) % filled, filled)  # noqa: S704


IN_TEMPLATES = {
    "_": gettext,
    "gettext": gettext,
    "_own": in_page,
    "_own_many": many_in_page,
    "languages": NAMES,
    "reads": language.get,
}


@lru_cache(maxsize=5_000)
def _sentence(text: str, _: Any) -> Markup:
    """Ours, as its translation is. Of each catalogue."""
    return Markup(gettext(text))  # noqa: S704


@lru_cache(maxsize=5_000)
def _whole(text: str, found: Any) -> Markup:
    return _sentence(text, found) % {}


def finalized(value: object) -> object:
    """The words that a template shows: a sentence of the office in the reader's language, anything else as it is."""
    return gettext(value) if isinstance(value, Sentence) else value


_UNSAFE = re.compile("[&<>\"']")


def shown(value: object) -> str:
    """The same as a page of HTML shows it. Nearly every value has nothing to escape."""
    if type(value) is not str:
        return str(escape(finalized(value)))
    return str(escape(value)) if _UNSAFE.search(value) else value


def ngettext(one: str, many: str, n: int) -> str:
    found = catalogue(language.get())
    return found.ungettext(one, many, n) if found else (one if n == 1 else many)


def later(text: str) -> str:
    """The text as it stands: marks a sentence for the catalogue that is translated where it is shown."""
    return text


@contextmanager
def speaking(name: str) -> Iterator[None]:
    """In this language, whatever the request's is: for letters and notices to somebody else."""
    token = language.set(name if name in LANGUAGES else "en")
    try:
        yield
    finally:
        language.reset(token)


def preferred(header: str) -> str:
    """The language that a browser asks for by its Accept-Language: "es-MX,es;q=0.9,en;q=0.8" is Spanish."""
    return _preferred(header[:LONGEST])


@lru_cache(maxsize=200)  # browsers of one kind say the same
def _preferred(header: str) -> str:
    wishes = []
    for place, part in enumerate(header.split(",")):
        name, _, weight = part.strip().partition(";q=")
        if (short := name.lower().partition("-")[0]) in LANGUAGES and (w := _weight(weight)) > 0:
            wishes.append((-w, place, short))
    return min(wishes)[2] if wishes else "en"


def _weight(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0
