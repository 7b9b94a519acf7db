"""Two sentences of a page have a space between them: what the templates leave out around their tags is not missing there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).parents[2] / "webapp" / "templates"
ENDS, TAG = re.compile(r"\{%-?\s*endtrans\s*-?%\}"), re.compile(r"(\n[ \t]*|)\{%-?\s*(\w+)[^%]*%\}")
APART = {"else", "elif", "call", "endcall", "endblock", "endmacro"}  # another case, or another part of the page


def stuck(source: str) -> list[int]:
    """The lines whose sentence is followed by another without a space."""
    source = re.sub(r"\{#.*?#\}", lambda found: "\n" * found[0].count("\n"), source, flags=re.DOTALL)
    return [
        source[: end.start()].count("\n") + 1 for end in ENDS.finditer(source) if _next(source, end.end()) == "trans"
    ]


def _next(source: str, at: int) -> str:
    """The tag after which something shows again: one after which it begins with a space is no match of TAG."""
    while found := TAG.match(source, at):
        if found[2] in APART | {"trans"}:
            return found[2]
        at = found.end()
    return ""


def test_it_sees_sentences_without_a_space() -> None:
    one, other = "{% trans %}One.{% endtrans %}\n", "{%%%s trans %%}Two.{%% endtrans %%}\n"
    assert stuck(one + "  {% if n %}\n    " + other % "" + "  {% endif %}\n") == [1]
    assert stuck(one + "  {% if n %}\n    " + other % "+" + "  {% endif %}\n") == []
    assert stuck("{% if n %}\n" + one + "{% else %}\n" + other % "" + "{% endif %}\n") == []
    assert stuck(one + "</p>\n<p>" + other % "") == []


@pytest.mark.parametrize(
    "template", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: str(path.relative_to(TEMPLATES))
)
def test_no_page_has_two_sentences_without_a_space(template: Path) -> None:
    assert stuck(template.read_text()) == []
