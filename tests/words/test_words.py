"""Sentences go through the catalogue: in a language, filled in, escaped (SPEC P3)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from jinja2 import nodes
from markupsafe import escape

from tests.words.catalogue import ROOT, TEMPLATES
from webapp import words
from webapp.http import pages, template_files
from webapp.rules import errors
from webapp.rules.speech.sentences import counted, said

BABEL = str(Path(sys.executable).parent / "pybabel")


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
