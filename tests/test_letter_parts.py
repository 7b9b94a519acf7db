"""A letter says the same in each of its three parts (webapp/letters.py)."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from webapp import letters, words
from webapp.config import Settings
from webapp.http import pages

NAMED: dict[str, Any] = {
    "user": SimpleNamespace(first_name="D'Angelo", proven=True),
    "campaign": SimpleNamespace(name="O'Brien <& Co>"),
    "link": "https://texts.example/c/meyer?a=1&b=2",
}


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_plain_text_has_names_and_links_as_they_are_and_html_has_them_escaped(
    settings: Settings, language: str
) -> None:
    letter = letters.composed("approved", language, **NAMED)
    assert "O'Brien <& Co>" in letter.subject
    assert "D'Angelo" in letter.text and "O'Brien <& Co>" in letter.text and NAMED["link"] in letter.text
    assert "O&#39;Brien &lt;&amp; Co&gt;" in letter.html and "a=1&amp;b=2" in letter.html


def test_every_plain_part_of_a_letter_escapes_nothing_and_every_other_template_escapes() -> None:
    environment = pages.environment()
    assert callable(environment.autoescape)
    names = environment.list_templates(extensions=["html", "txt"])
    assert {name.rpartition(".")[2] for name in names} == {"html", "txt"}
    assert [name for name in names if environment.autoescape(name) != name.endswith(".html")] == []
    assert environment.autoescape(None)
