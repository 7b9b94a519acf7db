"""A template that is edited in a rehearsal."""

from __future__ import annotations

import os
from pathlib import Path

import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2.nodes import EvalContext
from markupsafe import Markup

from webapp import clock, words
from webapp.http import pages, template_files


def test_an_edited_template_is_seen_after_a_second_and_not_looked_for_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, steady = tmp_path / "page.html", 1000.0
    monkeypatch.setattr(clock, "steady", lambda: steady)
    environment = jinja2.Environment(loader=template_files.Looked(tmp_path), auto_reload=True)
    page.write_text("before")
    assert environment.get_template("page.html").render() == "before"
    page.write_text("after")
    os.utime(page, (1, 1))
    steady = 1000.9
    assert environment.get_template("page.html").render() == "before"
    steady = 1001.1
    assert environment.get_template("page.html").render() == "after"


def test_an_edited_file_is_seen_in_the_template_that_includes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "volunteer").mkdir()
    page, part, steady = tmp_path / "volunteer/page.html", tmp_path / "volunteer/part.html", 1000.0
    monkeypatch.setattr(clock, "steady", lambda: steady)
    environment = jinja2.Environment(loader=template_files.Looked(tmp_path), auto_reload=True, trim_blocks=True)
    page.write_text('{% include "volunteer/part.html" %}')
    part.write_text("before")
    assert environment.get_template("volunteer/page.html").render() == "before"
    part.write_text("after")
    os.utime(part, (1, 1))
    steady = 1001.1
    assert environment.get_template("volunteer/page.html").render() == "after"


@pytest.mark.parametrize(
    ("page", "part", "shown"),
    [
        (
            'a\n{% include "volunteer/part.html" %}\nb',
            "{# takes: n #}\n  {% if n %}\n{{ n }}\n  {% endif %}\n",
            "a\n1\nb",
        ),
        ('<p>{% include "volunteer/part.html" %}</p>', "{{ n }}\n", "<p>1</p>"),
        ('{% include "volunteer/part.html" %}{{ n }}', "{% set n = 2 %}{{ n }}", "21"),
        ('{% for n in [3, 4] %}{% include "volunteer/part.html" %}{% endfor %}', "{{ n }},", "3,4,"),
        (
            '{% set late = 1 %}{% include "volunteer/part.html" %}',
            "{{ late is defined }}{{ never is defined }}",
            "TrueFalse",
        ),
    ],
)
def test_an_included_file_shows_as_jinja_would_include_it(tmp_path: Path, page: str, part: str, shown: str) -> None:
    (tmp_path / "volunteer").mkdir()
    (tmp_path / "volunteer/page.html").write_text(page)
    (tmp_path / "volunteer/part.html").write_text(part)
    for loader in (template_files.Looked(tmp_path), jinja2.FileSystemLoader(tmp_path)):
        environment = jinja2.Environment(loader=loader, trim_blocks=True, lstrip_blocks=True)
        assert environment.get_template("volunteer/page.html").render(n=1) == shown


def test_words_that_stand_in_a_template_are_in_it_in_the_language_of_the_page() -> None:
    for language, said in (("en", "Skip"), ("es", "Saltar")):
        with words.speaking(language):
            source = pages.environment().compile('{{ _("Skip") }}{{ icon("clock") }}', raw=True)
            assert said in source and "icons.svg" in source
            assert "_own" not in source


@given(st.one_of(st.text(), st.text("<>&'\" a"), st.integers(), st.none(), st.text("<a").map(Markup)))
def test_a_page_shows_a_value_as_jinja_does(value: object) -> None:
    usual = jinja2.Environment(autoescape=True, finalize=words.finalized)
    ours = pages.environment().from_string("{{ value }}").render(value=value)
    assert ours == usual.from_string("{{ value }}").render(value=value)
    filled = words.in_page(EvalContext(usual), "%(value)s of 3", value=value)
    assert type(filled) is Markup and filled == Markup("%(value)s of 3") % {"value": value}
