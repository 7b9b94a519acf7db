"""Every sentence a volunteer can read goes through the catalogue, and the catalogue has all of them (SPEC P3)."""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from webapp import words
from webapp.routes.volunteer import home
from webapp.rules import errors, variables

ROOT = Path(__file__).parents[1]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "later": None, "Explanation": (3,)}
TEMPLATES = ROOT / "webapp/templates"
READ_BY_VOLUNTEERS = sorted(
    path
    for path in TEMPLATES.rglob("*.*")
    if path.suffix in (".html", ".txt") and "admin" not in str(path.relative_to(TEMPLATES))
)
ATTRIBUTES = ("alt", "title", "placeholder", "aria-label")
SPOKEN_BY = [  # what refuses a form, or says what was done, on the side of volunteers and in sign-up
    *sorted((ROOT / "webapp/routes/public").glob("*.py")),
    *sorted((ROOT / "webapp/routes/volunteer").glob("*.py")),
    ROOT / "webapp/forms.py",
]


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


def _forms(of: object) -> tuple[str, ...]:
    return tuple(map(str, of)) if isinstance(of, tuple | list) else (str(of),)


def test_every_sentence_is_in_the_catalogue() -> None:
    """Else run bin/words and translate what came in."""
    assert sorted(map(str, found() - {message.id for message in translated()})) == []


def test_the_catalogue_has_no_sentence_that_nobody_says() -> None:
    """Else run bin/words."""
    assert sorted(str(message.id) for message in translated() if message.id not in found()) == []
    assert not spanish().obsolete


def test_every_sentence_has_its_spanish() -> None:
    left = [m.id for m in translated() if not all(form.strip() for form in _forms(m.string)) or m.fuzzy]
    assert left == []
    assert [m.id for m in translated() if m.pluralizable and len(_forms(m.string)) != 2] == []


def _names(message: Message) -> bool:
    """Does the translation name what the sentence names, and is each % a placeholder?"""
    named = {form: re.findall(r"%\((\w+)\)s", form) for form in (*_forms(message.id), *_forms(message.string))}
    wanted = {name for form in _forms(message.id) for name in named[form]}
    whole = all(form.replace("%%", "").count("%") == len(named[form]) for form in _forms(message.string))
    return whole and wanted == {name for form in _forms(message.string) for name in named[form]}


def test_a_translation_names_what_the_sentence_names() -> None:
    """A placeholder that is missing or made up is a hole in the page, or a page that can't be shown."""
    assert [message.id for message in translated() if not _names(message)] == []


def _ends(message: Message) -> bool:
    english, other = _forms(message.id)[-1], _forms(message.string)[-1]
    ends = {".": ".", "?": "?", "!": "!", ",": ",:"}
    alike = other[-1] in ends[english[-1]] if english[-1] in ends else other[-1] not in ".!"
    return alike and other.count("?") == other.count("¿") and other.count("!") == other.count("¡")


def test_a_translation_ends_as_the_sentence_does() -> None:
    """The pages put sentences side by side."""
    assert [(message.id, message.string) for message in translated() if not _ends(message)] == []


def test_spanish_says_tu_and_never_usted() -> None:
    formal = re.compile(r"\b(usted|ustedes|vosotros|su cuenta|haga|escriba|pulse|ingrese)\b", re.IGNORECASE)
    assert [m.id for m in translated() if any(formal.search(form) for form in _forms(m.string))] == []


class _Words(HTMLParser):
    """What a page says in its own words: text, and attributes that are read aloud."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.said += [value or "" for name, value in attrs if name in ATTRIBUTES]

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def own_words(source: str) -> list[str]:
    """Words that stand in a template outside of every call of the catalogue."""
    bare = re.sub(r"\{% block body_class %\}.*?\{% endblock %\}", " ", source)
    bare = re.sub(r"\{#.*?#\}|\{%[+-]?\s*trans\b.*?endtrans\s*[+-]?%\}", " ", bare, flags=re.S)
    bare = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", " ", bare, flags=re.S)
    page = _Words()
    page.feed(bare)
    said = [
        re.sub(r'[\w-]+="[^"]*"', "", text).replace("Textbank", "") for text in page.said
    ]  # a macro may make attributes
    return [text.strip() for text in said if re.search(r"[A-Za-z]{2}", text)]


def test_no_template_has_words_of_its_own() -> None:
    found = {str(path.relative_to(TEMPLATES)): own_words(path.read_text()) for path in READ_BY_VOLUNTEERS}
    assert found and {name: own for name, own in found.items() if own} == {}


def test_words_outside_of_the_catalogue_are_found() -> None:
    assert own_words('<p title="Hello">{{ _("Yes") }} you</p>{% trans %}there{% endtrans %}') == ["Hello", "you"]


@pytest.mark.parametrize("path", SPOKEN_BY, ids=lambda p: str(p.relative_to(ROOT / "webapp")))
def test_a_form_is_refused_in_words_of_the_catalogue(path: Path) -> None:
    """form.wrong(name, sentence): the sentence is asked of the catalogue, or kept elsewhere and asked there."""
    wrong = [
        node
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "wrong"
        and node.args
    ]
    assert [ast.unparse(call) for call in wrong if isinstance(call.args[-1], ast.Constant)] == []


def test_why_a_text_did_not_go_can_be_translated() -> None:
    assert {explanation.meaning for explanation in errors.TABLE.values()} <= found()


def test_whatever_a_sender_may_lack_has_words() -> None:
    assert set(home.LACKED) == {*variables.USER, *variables.CAMPAIGN}
    assert set(home.LACKED.values()) <= found()


def test_english_needs_no_catalogue() -> None:
    with words.speaking("en"):
        assert words.gettext("%(label)s is missing.", label="ZIP") == "ZIP is missing."


def test_spanish_fills_in_what_it_names() -> None:
    with words.speaking("es"):
        assert words.gettext("%(label)s is missing.", label="ZIP") == "Falta este dato: ZIP."
        assert words.ngettext("%(n)s day", "%(n)s days", 3) % {"n": 3} == "3 días"
        assert words.gettext("") == ""


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("es-MX,es;q=0.9,en;q=0.8", "es"),
        ("en-US,en;q=0.9,es;q=0.8", "en"),
        ("en;q=0.3, es-419;q=0.7", "es"),
        ("fr-CA,fr,es;q=0.2", "es"),
        ("es;q=0,en", "en"),
        ("es;q=much", "en"),
        ("", "en"),
        ("zh," * 500 + "es", "en"),
        ("*", "en"),
    ],
)
def test_the_language_a_browser_asks_for(header: str, language: str) -> None:
    assert words.preferred(header) == language
