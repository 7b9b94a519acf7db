"""Every class on a page is styled, and every class that is styled is on a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from webapp.http import static_files

WEBAPP = Path(__file__).parents[2] / "webapp"
SHEETS = sorted((static_files.FOLDER / "css").rglob("*.css"))
BEHAVIOURS = sorted((static_files.FOLDER / "js").rglob("*.js"))
TEMPLATES = [*WEBAPP.rglob("*.html")]
TAG, EXPRESSION, WORDS = r"\{%.*?%\}", r"\{\{(.*?)\}\}", r'"([^"]*)"'


def styled(sheets: list[Path] = SHEETS) -> set[str]:
    """The classes named in selectors."""
    text = re.sub(rf"/\*.*?\*/|{WORDS}", "", "\n".join(sheet.read_text() for sheet in sheets), flags=re.S)
    return set(re.findall(r"\.([a-zA-Z][\w-]*)", re.sub(r"\{[^{}]*\}", "{}", text)))


def classes_of(template: str) -> Iterator[str]:
    """The classes in class attributes, in `class=` of macros and in the block `body_class`, each branch of a condition.

    The values of an expression in them are written in it, {{ "done" if check.fine else "wrong" }}, or is the argument
    `class` of a macro, which is written where the macro is called.
    """
    attributes = re.findall(rf'class="((?:{EXPRESSION}|{TAG}|[^"])*)"', template, re.S)
    bodies = re.findall(r"\{% block body_class %\}(.*?)\{% endblock %\}", template)
    for value in [*(found[0] for found in attributes), *bodies]:
        for expression in re.findall(EXPRESSION, value, re.S):
            words = re.findall(WORDS, re.sub(r"\bif\b.*?(\belse\b|$)", " ", expression))
            assert words or expression.strip() == "class", f"{value}: write out what it may give"
            yield from " ".join(words).split()
        yield from re.sub(f"{EXPRESSION}|{TAG}", " ", value, flags=re.S).split()


def of_scripts() -> set[str]:
    """The classes our own scripts give to elements."""
    text = "\n".join(file.read_text() for file in BEHAVIOURS)
    given = re.findall(rf"className = {WORDS}|classList\.(?:add|remove|toggle)\({WORDS}", text)
    return set(" ".join(word for pair in given for word in pair).split())


def used() -> set[str]:
    return {name for path in TEMPLATES for name in classes_of(path.read_text())} | of_scripts()


def sheets_of(name: str) -> list[Path]:
    folder = static_files.FOLDER / "css"
    return [folder / one for one in re.findall(r'@import "(.+?)";', (folder / name).read_text())]


def test_classes_are_found_in_each_way_they_are_written() -> None:
    found = classes_of(
        '{% block body_class %}volunteer queue-page{% endblock %} <p class="a{% if x == "no" %} b{% else %} c{% endif %}">'
        '<p class="oval {{ "done" if kind == "no" else "sure wrong" }}">{{ input(form, class="short") }}'
    )
    assert set(found) == {"volunteer", "queue-page", "a", "b", "c", "oval", "done", "sure", "wrong", "short"}
    assert of_scripts() == {"toast", "warning", "over", "dragged"}
    assert len(styled()) > 100


def test_every_class_on_a_page_is_styled() -> None:
    assert used() - styled() == set(), "a hook for a script is a data attribute"


def test_every_styled_class_is_on_a_page() -> None:
    assert styled() - used() == set()


def test_every_kind_of_notice_is_styled_as_one() -> None:
    """A class that only buttons have, such as danger, leaves a notice as calm as any."""
    pages = "\n".join(path.read_text() for path in TEMPLATES)
    notices = [found[0] for found in re.findall(rf'(class="notice(?:{EXPRESSION}|{TAG}|[^"])*")', pages, re.S)]
    kinds = {name for notice in notices for name in classes_of(notice)} - {"notice"}
    sheets = "\n".join(sheet.read_text() for sheet in SHEETS)
    assert len(notices) > 50 and kinds == set(re.findall(r"\.notice\.([\w-]+)", sheets))


def test_every_hook_of_a_script_is_on_a_page() -> None:
    pages = "\n".join(path.read_text() for path in TEMPLATES)
    hooks = set(re.findall(r"\[(data-[a-z-]+)", "\n".join(file.read_text() for file in BEHAVIOURS)))
    set_by_scripts = {"data-unread", "data-sent"}
    assert len(hooks) > 12
    assert {hook for hook in hooks - set_by_scripts if not re.search(rf"\s{hook}[\s=>{{]", pages)} == set()


def test_no_other_page_has_a_class_that_only_the_sheet_of_the_office_styles() -> None:
    site, office = (styled([*sheets_of(name)]) for name in ("site.css", "office.css"))
    rooms = [WEBAPP / "templates" / name for name in ("volunteer", "public", "help", "layouts")]
    pages = [page for room in rooms for page in room.rglob("*.html") if page.name != "admin.html"]
    found = {page.name: set(classes_of(page.read_text())) & (office - site) for page in pages}
    assert len(office - site) > 20 and {name: wrong for name, wrong in found.items() if wrong} == {}
