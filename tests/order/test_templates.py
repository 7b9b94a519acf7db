"""Templates can be read: lines that fit, and partials that say what they take and where they are put."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

WEBAPP = Path(__file__).parents[2] / "webapp"
FOLDERS = [WEBAPP / "templates", WEBAPP / "simulator" / "templates"]
TEMPLATES = sorted(path for folder in FOLDERS for path in folder.rglob("*.*") if path.suffix in (".html", ".txt"))
PARTIALS = [path for path in TEMPLATES if path.name.startswith("_")]
VOID = {"input", "img", "br", "hr", "meta", "link"}
LONGEST = 160  # for a sentence or an attribute that can't be broken; all else fits in 120


def _name(path: Path) -> str:
    return str(path.relative_to(WEBAPP))


class _Roots(HTMLParser):
    """The id of each element that stands in no other; "" for none."""

    def __init__(self) -> None:
        super().__init__()
        self.depth, self.ids = 0, list[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.depth == 0:
            self.ids.append(dict(attrs).get("id") or "")
        if tag not in VOID:
            self.depth += 1

    def handle_endtag(self, tag: str) -> None:
        self.depth -= 1


def root_ids(source: str) -> list[str]:
    html = re.sub(r"\{%-?\s*macro.*?endmacro\s*-?%\}|\{#.*?#\}|\{%.*?%\}", "", source, flags=re.S)
    parser = _Roots()
    parser.feed(re.sub(r"\{\{.*?\}\}", "x", html, flags=re.S))
    return parser.ids


def test_every_line_fits() -> None:
    lines = [(path, n, line) for path in TEMPLATES for n, line in enumerate(path.read_text().splitlines(), 1)]
    assert lines and [f"{_name(path)}:{n}" for path, n, line in lines if len(line) > LONGEST] == []


def _odd(path: Path) -> list[str]:
    source = re.sub(r"\{#.*?#\}|\{%.*?%\}", lambda m: m[0].replace("\n", " "), path.read_text(), flags=re.S)
    return [line for line in source.splitlines() if (len(line) - len(line.lstrip(" "))) % 2 or "\t" in line]


def test_indentation_is_two_spaces_a_level() -> None:
    """Rows of a comment or of a list over several lines may stand under their first word."""
    assert {_name(path): odd for path in TEMPLATES if (odd := _odd(path))} == {}


def test_no_template_is_long() -> None:
    assert [path.name for path in TEMPLATES if path.read_text().count("\n") > 250] == []


def test_a_partial_says_what_it_takes() -> None:
    silent = [_name(path) for path in PARTIALS if not re.match(r"\{# takes: [^#]+ #\}\n", path.read_text())]
    assert PARTIALS and silent == []


def _has_id_or_reason(source: str) -> bool:
    reasoned = "no id: " in source.partition("#}")[0]
    ids = root_ids(source)
    return reasoned != (len(ids) == 1 and bool(ids[0]))


def test_a_partial_has_one_root_with_an_id_or_says_why_not() -> None:
    """htmx finds what to swap by its id (STYLE 21)."""
    assert [_name(path) for path in PARTIALS if not _has_id_or_reason(path.read_text())] == []


def test_a_second_root_is_found() -> None:
    assert root_ids('{# takes: a #}{% if a %}<p id="{{ a }}"><b></b></p>{% endif %}<input><hr>') == ["x", "", ""]


def test_every_password_field_is_masked_and_open_to_password_managers() -> None:
    """ASVS 5.0, 6.2.6 and 6.2.7: masked, with autocomplete, and nothing of ours stands in the way of pasting."""
    fields = [
        field
        for path in TEMPLATES
        for field in re.findall(r'input\(\s*form, "\w*password".*?\) }}', path.read_text(), re.S)
    ]
    assert len(fields) > 5
    wanted = ('type="password"', 'autocomplete="')
    assert [field for field in fields if not all(word in field for word in wanted)] == []
    scripts = (WEBAPP.parent / "static/js").rglob("*.js")
    assert [file.name for file in scripts if "paste" in file.read_text()] == []


def _named_twice(text: str) -> set[str]:
    sections = set(re.findall(r'<section[^>]*aria-labelledby="([^"]+)"', text))
    return sections & set(re.findall(r'role="region"[^>]*aria-labelledby="([^"]+)"', text))


def test_no_table_has_the_name_of_the_section_around_it() -> None:
    """A screen reader would tell of two places of one name (axe: landmark-unique), on pages with rows alone."""
    assert {_name(path): named for path in TEMPLATES if (named := _named_twice(path.read_text()))} == {}
