"""Tests, files and rooms that the docs name are there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEST = re.compile(r"`(test_\w+)`")
PATH = re.compile(
    r"`((?:webapp|models|rules|gateways|workers|routes|database|commands|running|reader|bench|tests|docs|bin)/"
    r"[\w/]*(?:\.(?:py|html|txt|md))?)`"
)


def functions() -> set[str]:
    """Every test function."""
    trees = (ast.parse(path.read_text()) for path in (ROOT / "tests").rglob("*.py"))
    found = (node for tree in trees for node in tree.body)
    return {node.name for node in found if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


ROOM = re.compile(r"^\|[^|]*\| `(\w+)` \|([^|]*)\|", re.MULTILINE)


def test_the_readme_names_every_room_of_the_models_and_only_files_that_are_there() -> None:
    models = ROOT / "webapp" / "models"
    rooms = dict(ROOM.findall((ROOT / "README.md").read_text()))
    assert set(rooms) == {folder.name for folder in models.iterdir() if (folder / "__init__.py").exists()}
    named = {models / room / name for room, files in rooms.items() for name in re.findall(r"`(\w+\.py)`", files)}
    assert len(named) > 60
    assert [path for path in sorted(named) if not path.exists()] == []


@pytest.mark.parametrize("page", ["guarantees.md", "faults.md", "bench.md", "asvs.md"])
def test_every_test_that_a_page_names_is_there(page: str) -> None:
    named = set(TEST.findall((ROOT / "docs" / page).read_text()))
    assert page != "guarantees.md" or len(named) > 60
    assert named - functions() == set()


# How many lines of ASVS 5.0 each section has, and those of level 3 among them
ASVS = {
    "6.1": (3, ()),
    "6.2": (12, ()),
    "6.3": (8, (5, 6, 7, 8)),
    "6.4": (6, (5, 6)),
    "6.5": (8, (6, 7, 8)),
    "6.6": (4, (4,)),
    "6.7": (2, (1, 2)),
    "6.8": (4, ()),
    "7.1": (3, ()),
    "7.2": (4, ()),
    "7.3": (2, ()),
    "7.4": (5, ()),
    "7.5": (3, (3,)),
    "7.6": (2, ()),
    "8.1": (4, (3, 4)),
    "8.2": (4, (4,)),
    "8.3": (3, (2, 3)),
    "8.4": (2, (2,)),
}


def test_every_line_of_asvs_names_its_test_or_why_it_does_not_apply() -> None:
    page = (ROOT / "docs" / "asvs.md").read_text()
    rows = re.findall(r"^\| (\d\.\d\.\d+) \| [12] \| [^|]+ \| ([^|]+) \|$", page, re.MULTILINE)
    wanted = [f"{part}.{n}" for part, (last, high) in ASVS.items() for n in range(1, last + 1) if n not in high]
    assert [line for line, _ in rows] == wanted
    assert [line for line, held in rows if not TEST.search(held) and "Does not apply: " not in held] == []


@pytest.mark.parametrize(
    "page", ["README.md", "CONTRIBUTING.md", "docs/guarantees.md", "docs/bench.md", "docs/faults.md", "docs/scale.md"]
)
def test_every_file_that_a_page_names_is_there(page: str) -> None:
    named = set(PATH.findall((ROOT / page).read_text()))
    assert [name for name in sorted(named) if not any((top / name).exists() for top in (ROOT, ROOT / "webapp"))] == []


# File -> the words in it that the walks of CONTRIBUTING.md name
WALKED = {
    "webapp/models/accounts/campaign.py": "undo_seconds = fields.IntField(default=5)",
    "webapp/routes/admin/accounts/settings.py": '"undo_seconds": (',
    "webapp/templates/admin/accounts/settings.html": '"undo_seconds"',
    "webapp/models/sending/click_sql.py": "def undo_seconds(self)",
    "webapp/rules/errors.py": "NOT_NOW",
    "webapp/rules/safeguards.py": "(errors.PICTURE_MISSING, facts.picture_missing)",
    "webapp/models/sending/facts.py": "picture_missing=",
    "webapp/models/results/operations.py": "async def unmatched(",
    "webapp/routes/admin/results/operations.py": "unmatched",
    "webapp/rules/help/screens.py": "unmatched",
    "webapp/models/contacts/contact.py": 'line_type = fields.CharField(20, default="", db_default="")',
}


@pytest.mark.parametrize("path", WALKED)
def test_the_code_is_as_the_walks_of_contributing_say(path: str) -> None:
    assert f"`{path}`" in (ROOT / "CONTRIBUTING.md").read_text() and WALKED[path] in (ROOT / path).read_text()
