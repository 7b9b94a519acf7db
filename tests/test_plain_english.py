"""Docstrings, comments, pages and docs say subject, verb, object: no sentence has "Who ..." or "What ..." for its subject."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted(path for top in ("webapp", "tests", "bench") for path in (ROOT / top).rglob("*.py"))
DOCS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").glob("*.md"))]
# The beginning of a sentence: of the text, or after the end of another one
_BEGIN = r"(?:\A|(?<=[.!?:] )|(?<=[.!?:]\" ))"
RIDDLE = re.compile(_BEGIN + r"(?:Who|What|Whoever|Whatever|Whom|Whose)\b[^.?!]*(?:[.?!]|\Z)")
# "Who may text, and from when." may say what a page is for
ON_PAGES = re.compile(
    _BEGIN + r"((?:Whoever|Whom|Who (?:is|was|has|had|got|gets|came|comes|opts|opted|chose))\b[^.?!]*\.)"
)
DOC_LINE = re.compile(r"(?:^[-*] |^\d+\. |^\| |[.!] )((?:Who|Whoever|Whom)\b[^.?!|]*[.!|])", re.MULTILINE)


def riddles(text: str) -> list[str]:
    """Sentences of this kind; questions are none."""
    plain = re.sub(r"\s+", " ", text).strip()
    return [found[0] for found in RIDDLE.finditer(plain) if not found[0].endswith("?")]


def said(path: Path) -> Iterator[str]:
    """The docstrings and comments of a file. A comment over several lines is one text."""
    source = path.read_text()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield ast.get_docstring(node) or ""
    lines = [
        (token.start[0], token.string.lstrip("# "))
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
    ]
    together: list[str] = []
    for n, (line, words) in enumerate(lines):
        if n and line != lines[n - 1][0] + 1:
            yield " ".join(together)
            together = []
        together.append(words)
    yield " ".join(together)


def test_no_docstring_or_comment_begins_a_sentence_with_who_or_what() -> None:
    wrong = {str(path.relative_to(ROOT)): found for path in SOURCES for text in said(path) if (found := riddles(text))}
    assert len(SOURCES) > 1_000 and wrong == {}


def test_no_page_begins_a_sentence_with_whoever() -> None:
    pages = sorted((ROOT / "webapp/templates").rglob("*.html"))
    texts = {str(path.relative_to(ROOT)): re.findall(r'"([^"\n]{12,})"', path.read_text()) for path in pages}
    wrong = {
        path: found for path, said in texts.items() if (found := [f for text in said for f in ON_PAGES.findall(text)])
    }
    assert len(pages) > 200 and wrong == {}


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_no_page_of_the_docs_begins_a_sentence_with_who(path: Path) -> None:
    assert [found for found in DOC_LINE.findall(path.read_text()) if not found.endswith("?")] == []


def test_a_riddle_is_found_and_a_question_is_none() -> None:
    assert riddles("Closes it. Who is removed is suspended too. Who is it?") == ["Who is removed is suspended too."]
    assert riddles("What a preview tells of a file") and riddles("Is it held? Asked once: whoever holds it.") == []
    assert ON_PAGES.findall("Kept. Whoever got it can confirm. Who may text.") == ["Whoever got it can confirm."]
