"""The order of the tests: where they stand, what they are called, and that none looks into what is private."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.cast import TESTS

WEBAPP = TESTS.parent / "webapp"
FILES = sorted(TESTS.rglob("*.py"))
THEIRS = {
    "_meta",  # of Tortoise
    "_build_initial_querysets",  # of Tortoise, which has no public way to keep what it makes
    "_binary",  # of the package that brings Valkey; neither has a public way
    "_exit",  # of os: public in spite of its name
}


def test_no_two_files_have_one_name_that_a_file_of_tests_could_have() -> None:
    """Files of the product that are named so count too."""
    names = Counter(path.name for path in [*FILES, *WEBAPP.rglob("*.py")] if path.name.startswith("test_"))
    assert len(names) > 100 and [name for name, times in names.items() if times > 1] == []


def test_tests_stand_in_the_room_of_what_they_test() -> None:
    rooms = {path.parent.relative_to(TESTS) for path in FILES if path.name.startswith("test_")}
    of_webapp = {room for room in rooms if room.parts and room.parts[0] in ("models", "routes", "rules", "workers")}
    assert len(of_webapp) > 20 and [room for room in of_webapp if not (WEBAPP / room).is_dir() and not page(room)] == []


def page(room: Path) -> bool:
    """Routes of one file have a room of tests where there are many."""
    return (WEBAPP / room).with_suffix(".py").exists()


def test_helpers_are_not_taken_from_files_of_tests() -> None:
    wrong = [
        (str(path.relative_to(TESTS)), node.module)
        for path, node in imports()
        if node.module and node.module.startswith("tests.") and node.module.rpartition(".")[2].startswith("test_")
    ]
    assert wrong == []


def test_what_is_private_is_neither_used_nor_patched() -> None:
    wrong = [(str(path.relative_to(TESTS)), name) for path in FILES for name in privates(ast.parse(path.read_text()))]
    wrong += [(str(p.relative_to(TESTS)), a.name) for p, node in imports() for a in node.names if private(a.name)]
    assert wrong == []


def test_a_look_into_what_is_private_is_found() -> None:
    text = "choice._snapshots.clear()\nself._own = 1\nmonkeypatch.setattr(queue, '_nudge', lost)\n__name__\nx.__dict__"
    assert set(privates(ast.parse(text))) == {"_snapshots", "_nudge"}


def imports() -> Iterator[tuple[Path, ast.ImportFrom]]:
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom):
                yield path, node


def privates(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and private(node.attr) and not own(node.value):
            yield node.attr
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "setattr":
            yield from (name for a in node.args if isinstance(a, ast.Constant) and private(name := str(a.value)))


def private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name not in THEIRS


def own(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in ("self", "cls")
