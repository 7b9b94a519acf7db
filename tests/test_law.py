"""The law book is kept: every citation names a row that exists, and every row is cited by code and by a test, or stands on
the list of what is not built."""

from __future__ import annotations

import ast
import io
import re
import subprocess
import tokenize
from collections import defaultdict
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
pytestmark = pytest.mark.xdist_group("law")  # one worker reads all files
LETTERS = {
    "S": 12,
    "C": 8,
    "A": 11,
    "V": 10,
    "X": 8,
    "R": 7,
    "G": 4,
    "P": 3,
    "B": 9,
    "H": 5,
}  # rows of each letter in spec.md
NOT_OURS = (
    "tests/vectors/",
    "tests/cases/",
    "tests/samples/",
    "static/vendor/",
    "static/fonts/",
    "requirements",
    "LICENSE",
)
NO_TEXT = (".png", ".xz", ".woff2", ".json", ".csv", ".xlsx", ".svg")
ITSELF = "tests/test_law.py"
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)

ROW = r"[A-Z]\d{1,2}"
ROWS = rf"{ROW}(?:(?:,| and|, and| or| to)\s+{ROW})*"  # S1, S5 and X1 to X3
SPEC = re.compile(rf"\bSPEC(?:'s)?\s+({ROWS})")
SECTION = re.compile(r"\bSPEC(?:'s)?\s+(section \d+)")
IN_BRACKETS = re.compile(rf"\(({ROWS})(?=[):,])")  # (S5) and (S3: over 3 %), but not (X11; Linux)
BARE = re.compile(rf"(?<![\w.%&#/'\"-])((?=[{''.join(LETTERS)}]){ROWS})(?![\w-])")
DOMAIN = re.compile(rf"\bDOMAIN\s+({ROWS}|[A-Z]\b)")
STYLE = re.compile(r"\bSTYLE (\d+)")


@dataclass(frozen=True)
class Text:
    """``prose``: comments and docstrings, where a bare row is a citation too. ``other``: where it needs SPEC or brackets."""

    prose: str
    other: str


def rows_in(found: str) -> set[str]:
    """S1, S2 and S3 of "S1 to S3"."""
    rows = re.findall(ROW, found)
    for first, last in re.findall(rf"({ROW})\s+to\s+({ROW})", found):
        assert first[0] == last[0], f"{first} to {last} is no range"
        rows += [f"{first[0]}{n}" for n in range(int(first[1:]), int(last[1:]) + 1)]
    return set(rows)


@cache
def cited(text: Text) -> set[str]:
    """The rows of spec.md that a file cites, sections as "section 4"."""
    prose, other = DOMAIN.sub("", text.prose), DOMAIN.sub("", text.other)
    both = f"{prose}\n{other}"
    found = SPEC.findall(both) + IN_BRACKETS.findall(both) + BARE.findall(prose)
    return set(SECTION.findall(both)).union(*map(rows_in, found))


def of_python(source: str) -> Text:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    comments = " ".join(token.string.lstrip("# ") for token in tokens if token.type == tokenize.COMMENT)
    nodes = list(ast.walk(ast.parse(source)))
    documented = [node for node in nodes if isinstance(node, DOCUMENTED)]
    strings = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return Text("\n".join([comments, *(ast.get_docstring(node) or "" for node in documented)]), "\n".join(strings))


@lru_cache(maxsize=1)
def texts() -> dict[str, Text]:
    """Every file of ours, by its path."""
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    ours = [name for name in tracked if not name.startswith(NOT_OURS) and not name.endswith(NO_TEXT) and name != ITSELF]
    found = {name: (ROOT / name).read_text() for name in ours if (ROOT / name).is_file()}
    return {name: of_python(text) if name.endswith(".py") else Text("", text) for name, text in found.items()}


def law() -> set[str]:
    """Every row of spec.md, and its sections."""
    text = (DOCS / "spec.md").read_text()
    sections = {f"section {n}" for n in re.findall(r"^## (\d+) ", text, re.MULTILINE)}
    return set(re.findall(rf"^### ({ROW}) \w", text, re.MULTILINE)) | sections


def to_build() -> set[str]:
    """The rows that code and tests have to cite, and section 4, which has none."""
    return {row for row in law() if not row.startswith("section")} | {"section 4"}


def not_built() -> dict[str, set[str]]:
    """Row -> "whole", or "part" where only a part of it is missing."""
    lines = [line for line in (DOCS / "not_built.md").read_text().splitlines() if line.startswith("- ")]
    missing: dict[str, set[str]] = defaultdict(set)
    for line in lines:
        match = re.fullmatch(r"- \*\*([\w ]+)\*\*, (whole|part): (\w|`).{10,}", line)
        assert match, f"row, whole or part, and what is missing: {line}"
        missing[match[1]].add(match[2])
    return missing


def citing(folder: str) -> dict[str, list[str]]:
    """Row -> the files of a folder that cite it."""
    files: dict[str, list[str]] = defaultdict(list)
    for name, text in texts().items():
        if name.startswith(folder):
            for row in cited(text):
                files[row].append(name)
    return files


@pytest.mark.parametrize(
    ("prose", "other", "rows"),
    [
        ("Who can be texted now (SPEC S1, S5).", "", {"S1", "S5"}),
        ("Everything asked once more\n(SPEC X1 to X3, DESIGN).", "", {"X1", "X2", "X3"}),
        ("Sources: SPEC X3 and X4, DOMAIN C6.", "", {"X3", "X4"}),
        ("Is it really Twilio's? (DOMAIN C5)", "", set()),
        ("What fills variables (SPEC section 4, 1307).", "", {"section 4"}),
        ("S8's button. Money, S11. Settings, S1 to S3 and S12", "", {"S8", "S11", "S1", "S2", "S3", "S12"}),
        ("Over 3 % of at least 50 (S3: in 24 hours). A P2P text, a B-tree, UTF-8, SHA256", "", {"S3"}),
        ("", 'assert n == 0, "by hand is not counted (R2)"', {"R2"}),
        ("", "Mozilla/5.0 (X11; Linux) S3 (copy) A4 paper >P59<", set()),
    ],
)
def test_a_citation_is_read_and_nothing_else_is(prose: str, other: str, rows: set[str]) -> None:
    assert cited(Text(prose, other)) == rows


def test_no_row_of_the_law_book_is_lost_or_numbered_twice() -> None:
    text = (DOCS / "spec.md").read_text()
    headings = re.findall(rf"^### ({ROW}) \w", text, re.MULTILINE)
    assert headings == [f"{letter}{n + 1}" for letter, most in LETTERS.items() for n in range(most)]
    assert {f"section {n + 1}" for n in range(10)} <= law()


def test_every_citation_names_a_row_that_exists() -> None:
    unknown = {name: sorted(cited(text) - law()) for name, text in texts().items()}
    assert {name: rows for name, rows in unknown.items() if rows} == {}
    inside = {row for found in BARE.findall((DOCS / "spec.md").read_text()) for row in rows_in(found)}
    assert inside <= law()


def test_every_citation_of_the_other_pages_exists() -> None:
    parts = set(re.findall(r"^## ([A-Z]\d{0,2}) |^### ([A-Z]\d{1,2}) ", (DOCS / "domain.md").read_text(), re.MULTILINE))
    known = {number for pair in parts for number in pair if number}
    rules = set(re.findall(r"^(\d+)\. ", (DOCS / "style.md").read_text(), re.MULTILINE))
    for name, text in texts().items():
        both = f"{text.prose}\n{text.other}"
        assert {row for found in DOMAIN.findall(both) for row in rows_in(found) or {found}} <= known, name
        assert set(STYLE.findall(both)) <= rules, name
        assert not re.search(r"\b(STACK|PEERS|ARTICLE)\b", both), f"{name} cites a page that is not here"


def test_every_row_is_cited_by_code() -> None:
    whole = {row for row, how in not_built().items() if how == {"whole"}}
    assert sorted(to_build() - whole - citing("webapp/").keys()) == []


def test_every_row_is_cited_by_a_test() -> None:
    whole = {row for row, how in not_built().items() if how == {"whole"}}
    assert sorted(to_build() - whole - citing("tests/").keys()) == []


def test_what_is_not_built_is_a_row_and_is_not_built() -> None:
    missing, code, tests = not_built(), citing("webapp/"), citing("tests/")
    assert sorted(missing.keys() - to_build()) == []
    assert {row: how for row, how in missing.items() if len(how) > 1} == {}, "whole and part at once"
    whole = {row for row, how in missing.items() if "whole" in how}
    built = {row: [*code[row], *tests[row]] for row in whole & code.keys() & tests.keys()}
    assert built == {}, "cited by code and by a test: say which part of it is missing, or take it off the list"


def test_every_package_a_server_installs_is_named_with_its_licence() -> None:
    pinned = set(re.findall(r"^([\w.-]+)==", (ROOT / "requirements-run.txt").read_text(), re.MULTILINE))
    table = (ROOT / "THIRD-PARTY.md").read_text().split("## Packages a server runs with")[1]
    named = re.findall(r"^\| (?!licence|---)[^|]+\| ([^|]+) \|", re.sub(r" \([^)]*\)", "", table), re.MULTILINE)
    assert {name.strip() for line in named for name in line.split(",")} == pinned
