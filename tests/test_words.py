"""Every sentence a volunteer can read goes through the catalogue, and the catalogue has all of them (SPEC P3)."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po
from jinja2 import nodes
from markupsafe import escape

from webapp import pages, words
from webapp.http import template_files
from webapp.routes.volunteer import home
from webapp.rules import errors, variables
from webapp.rules.speech.sentences import Sentence, counted, said

ROOT = Path(__file__).parents[1]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "later": None, "said_to_all": None}
TEMPLATES = ROOT / "webapp/templates"
BABEL = str(Path(sys.executable).parent / "pybabel")
READ_BY_VOLUNTEERS = sorted(
    path
    for path in TEMPLATES.rglob("*.*")
    if path.suffix in (".html", ".txt") and "admin" not in str(path.relative_to(TEMPLATES))
)
ATTRIBUTES = ("alt", "title", "placeholder", "aria-label")
SPOKEN_BY = [  # what refuses a form, or says what was done, on the side of volunteers and in sign-up
    *sorted((ROOT / "webapp/routes/public").rglob("*.py")),
    *sorted((ROOT / "webapp/routes/volunteer").rglob("*.py")),
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


# Sentences in Python that no page of a person says, or that are kept where nobody knows who will read them
BARE = {
    "routes/api": "programs are answered in English",
    "routes/problems.py": "programs are answered in English",
    "routes/failures.py": "programs are answered in English",
    "routes/admin/api/examples.py": "examples of what programs send",
    "routes/admin/scripts/previews.py": "the name of a person who does not exist",
    "access/api.py": "programs are answered in English",
    "models/api": "programs are answered in English",
    "routes/webhooks": "Twilio is answered in English",
    "routes/public/metrics.py": "read by a monitor",
    "access": "details of refusals, in whose place a page of its own is shown",
    "routes/volunteer/practice/playing.py": "details of refusals, in whose place a page of its own is shown",
    "models/accounts/rehearsal.py": "said by a command",
    "models/imports/choices.py": "said by a command",
    "models/imports": "a worker keeps it in the upload's row",
    "models/exports/run.py": "a worker keeps it in the export's row",
    "models/bulk/slices.py": "a worker keeps it in the job's row",
    "models/scripts/cost.py": "a worker keeps it in the job's row",
    "models/nightly": "a worker keeps it in the night's row",
    "rules/nightly": "a worker keeps it in the night's row",
    "models/numbers/orders.py": "a worker keeps it in the order's row",
    "models/van": "a worker keeps it in the fact's row",
    "models/van_lists": "a worker keeps it in the list's row",
    "models/opt_ins/answering.py": "kept with the opt-out: what the person texted",
    "rules/library": "scripts to choose from, in both languages",
    "rules/practice": "texts of people who do not exist, in both languages",
}
IN_WORDS = ("gettext", "ngettext", "later", "said", "said_to_all", "counted", "together")
IN_LOGS = ("debug", "info", "warning", "error", "exception", "compile", "query", "rows", "alone")
SENTENCE = re.compile(r"(?:[A-Z“]|\{\})[^\n]* [^\n]*[a-z”}0-9)][.?!]")
# "End date", "Tags"; of the office's routes, and of what makes sentences by rules/speech
LABEL = re.compile(r"[A-Z][a-z’']+(?: [a-z’']+)+|[A-Z][a-z’']{3,}")
KEEPS_A_SENTENCE = ("meaning", "advice", "sentence")  # attributes; an f-string makes plain English of it
WORD = re.compile(r"[^A-Z_=]*[a-z]{2}[^A-Z_=]*")  # no constant, no part of an address


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def bare(node: ast.AST, looks: re.Pattern[str]) -> list[str]:
    """The sentences below this node that go through no function of the words."""
    if isinstance(node, ast.Call) and _name(node) in (*IN_WORDS, *IN_LOGS):
        return []
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):  # a docstring
        return []
    if isinstance(node, ast.JoinedStr):
        text = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
        inner = [one for part in node.values if isinstance(part, ast.FormattedValue) for one in bare(part, looks)]
        return inner + [text] * bool(looks.fullmatch(text))
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) and looks.fullmatch(node.value) else []
    return [one for child in ast.iter_child_nodes(node) for one in bare(child, looks)]


def halved(tree: ast.AST) -> list[str]:
    """Sentences put together of parts that no catalogue can know: f"{told.meaning} (5)", f"{'make' if many else 'makes'}",
    " and ".join(names), said("%(what)s.", what="make" if many else "makes")."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FormattedValue):
            kept = isinstance(node.value, ast.Attribute) and node.value.attr in KEEPS_A_SENTENCE
            found += [ast.unparse(node.value)] * (kept or _chooses_words(node.value))
        elif isinstance(node, ast.Call) and _name(node) == "join" and isinstance(node.func, ast.Attribute):
            by = node.func.value
            found += [str(by.value)] if isinstance(by, ast.Constant) and WORD.fullmatch(str(by.value)) else []
        elif isinstance(node, ast.Call) and _name(node) in IN_WORDS:
            found += [ast.unparse(k.value) for k in node.keywords if _chooses_words(k.value)]
    return found


def _chooses_words(node: ast.AST) -> bool:
    return isinstance(node, ast.IfExp) and any(
        isinstance(one, ast.Constant) and isinstance(one.value, str) and WORD.fullmatch(one.value)
        for one in (node.body, node.orelse)
    )


def _is_sql(text: str) -> bool:
    return text.split()[0].isupper() and len(text.split()[0]) > 2


def test_no_sentence_of_the_office_is_made_outside_of_the_words() -> None:
    """Wrap it: words.gettext in a route, `said` or `counted` (rules/speech) where the language is nobody's business."""
    folder, found, used = ROOT / "webapp", {}, set()
    for room in ("routes", "access", "models", "rules", "forms.py", "pages.py", "letters.py"):
        for path in sorted((folder / room).rglob("*.py")) if (folder / room).is_dir() else [folder / room]:
            where, tree = str(path.relative_to(folder)), ast.parse(path.read_text())
            texts = [text for text in bare(tree, SENTENCE) if not _is_sql(text)]
            speaks = where.startswith("routes/admin") or "webapp.rules.speech" in path.read_text()
            texts += bare(tree, LABEL) if speaks else []
            excepted = [place for place in BARE if where == place or where.startswith(f"{place}/")]
            wrong = (halved(tree) if speaks else []) + ([] if excepted else texts)
            if wrong:
                found[where] = wrong
            used |= set(excepted if texts else ())
    assert found == {}
    assert used == set(BARE), "an exception that nothing needs any more"


def test_a_sentence_outside_of_the_words_is_found() -> None:
    source = """
form.wrong("x", "That is wrong.")
form.wrong("x", f"{n} of them are wrong.")
form.wrong("x", words.gettext("That is right."), said("This too."))
NAMES = {"ends_on": "End date"}
log.warning("The queue went away.")
"""
    assert bare(ast.parse(source), SENTENCE) == ["That is wrong.", "{} of them are wrong."]
    assert bare(ast.parse(source), LABEL) == ["End date"]
    assert bare(ast.parse('GROUPS = [("Tags", tags), (said("Errors"), GET)]'), LABEL) == ["Tags"]
    table = 'Explanation(LOCKED, "safeguard", said("It is locked."), "Send it later.")'
    assert bare(ast.parse(table), SENTENCE) == ["Send it later."]


def test_a_sentence_of_parts_that_no_catalogue_knows_is_found() -> None:
    source = """
f"{told.meaning} ({code})"
f"{n} {'makes' if n == 1 else 'make'}"
" and ".join(names)
said("%(n)s %(do)s.", n=n, do="makes" if n == 1 else "make")
together(told.meaning, f"({code})", by=", ".join(names))
"""
    assert sorted(halved(ast.parse(source))) == [
        " and ",
        "'makes' if n == 1 else 'make'",
        "'makes' if n == 1 else 'make'",
        "told.meaning",
    ]


def of_office(tmp_path: Path) -> Catalog:
    subprocess.run([ROOT / "bin/words", tmp_path / "office.pot"], check=True, env={**os.environ, "BABEL": BABEL})
    with (tmp_path / "office.pot").open("rb") as file:
        return read_po(file)


def test_whoever_translates_the_office_gets_all_it_says(tmp_path: Path) -> None:
    ids = {message.id for message in of_office(tmp_path)}
    assert "All Users" in ids and "Save Settings" in ids, "of templates"
    assert len(ids) > 1_000
    assert "The end date has passed." in ids, "of models"
    assert ("%(n)s contact list", "%(n)s contact lists") in ids and "There is no text yet." in ids, "of rules"
    assert {errors.explain(code).advice for code in (*errors.TABLE, 99_999)} - {""} <= ids, "of tables"
    assert "Log in" not in ids, "the volunteers' side has that"


@pytest.fixture
def office_in_spanish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As where somebody added es.office.po, with two sentences."""
    (tmp_path / "locale").mkdir()
    shutil.copy(ROOT / "webapp/locale/es.po", tmp_path / "locale")
    office = Catalog(locale="es")
    office.add("The end date has passed.", "La fecha final ya pasó.")
    office.add(("%(n)s contact list", "%(n)s contact lists"), ("%(n)s lista", "%(n)s listas"))
    with (tmp_path / "locale/es.office.po").open("wb") as file:
        write_po(file, office)
    monkeypatch.setattr(words, "HERE", tmp_path)
    words.catalogue.cache_clear()
    with words.speaking("es"):
        yield
    words.catalogue.cache_clear()


@pytest.mark.usefixtures("office_in_spanish")
def test_with_a_translation_of_its_own_the_office_speaks_it() -> None:
    assert words.gettext(said("The end date has passed.")) == "La fecha final ya pasó."
    assert words.gettext(counted("%(n)s contact list", "%(n)s contact lists", 1_200)) == "1,200 listas"
    assert words.gettext("Log in") == "Iniciar sesión"
    assert (words.in_office("es"), words.in_office("en")) == ("es", "en")


@pytest.mark.usefixtures("office_in_spanish")
@pytest.mark.parametrize(
    "template",
    [
        '{{ _("See: %(what)s", what=what) }}',
        "{% trans %}See: {{ what }}{% endtrans %}",
        "{% trans n=1 %}See: {{ what }}{% pluralize %}{{ n }}{% endtrans %}",
        '{% set see = "See: %(what)s" %}{{ _(see, what=what) }}',
    ],
)
def test_a_sentence_inside_the_words_of_a_page_is_said_in_its_language(template: str) -> None:
    assert shown(template, what=said("The end date has passed.")) == "See: La fecha final ya pasó."


def shown(template: str, **values: object) -> str:
    return pages.environment().from_string(template).render(values)


@pytest.mark.parametrize("text", ["<b>Lisa</b>", "See %(what)s & <b>100%</b>", said("<b>Lisa</b>")])
def test_words_handed_to_a_page_are_never_html(text: str) -> None:
    assert shown("{{ _(text) }}{{ gettext(text) }}", text=text) == 2 * str(escape(text))
    assert shown('{{ _(text if text else "Nobody") }}', text=text) == str(escape(text))


def test_what_fills_the_words_of_a_page_is_never_html() -> None:
    template = '{{ _("%(name)s", name=name) }}{% trans %}{{ name }}{% endtrans %}{{ _(text, name=name) }}'
    template += "{% trans n=2 %}{{ name }}{% pluralize %}{{ name }}{% endtrans %}"
    assert shown(template, name="<i>", text="%(name)s") == 4 * "&lt;i&gt;"


def test_words_that_stand_in_a_template_may_be_html() -> None:
    template = '{{ _("<b>%(name)s</b> & “you” aren\'t", name=name) }}'
    assert shown(template, name="Q&A") == "<b>Q&amp;A</b> & “you” aren't"
    assert shown('{{ _("<b>Yes</b>" if yes else "<i>No</i>") }}', yes=False) == "<i>No</i>"
    plural = '{% trans n=n %}<b>{{ n }}</b> text{% pluralize %}<b>{{ n }}</b> texts{% endtrans %} {{ _("100%%") }}'
    assert shown(plural, n=2) == "<b>2</b> texts 100%"


def test_every_word_of_a_template_with_html_or_quotes_stands_there_itself() -> None:
    """Else it would be escaped: no page hands on what it keeps as HTML."""
    environment, handed = pages.environment(), []
    for path in sorted(TEMPLATES.rglob("*.*")):
        tree = environment.parse(path.read_text())
        template_files.mark(tree)
        calls = [call for call in tree.find_all(nodes.Call) if isinstance(call.node, nodes.Name)]
        left = [call for call in calls if isinstance(call.node, nodes.Name) and call.node.name in template_files.OWN]
        handed += [
            const.value
            for call in left
            for const in call.args[0].find_all(nodes.Const)
            if isinstance(const.value, str) and const.value != str(escape(const.value))
        ]
        assert not any(isinstance(call.args[0], nodes.Const) for call in left)
    assert handed == []


def test_why_a_text_did_not_go_can_be_translated() -> None:
    meanings = [errors.explain(code).meaning for code in (*errors.TABLE, 99_999)]
    assert {meaning.words for meaning in meanings if isinstance(meaning, Sentence)} <= found()
    assert all(isinstance(meaning, Sentence) for meaning in meanings)
    with words.speaking("es"):
        assert words.gettext(meanings[-1]) == "Twilio informó el error 99999."


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
