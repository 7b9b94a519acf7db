"""Nothing is crowded or long: rooms, files, functions, handlers (STYLE 1, 16, 26)."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from pathlib import Path

from tests.cast import TESTS
from tests.cast.tree import BENCH, ROOT, STATIC, WEBAPP, nodes, sources

MOST_FILES, MOST_LINES = 16, 2_000
KINDS = (".py", ".html", ".css", ".js")


def test_no_room_is_crowded() -> None:
    """A room that gets fuller is split. Migrations only grow: one is never changed."""
    tops = (WEBAPP, BENCH, TESTS, STATIC / "css", STATIC / "js")
    rooms = {path.parent for top in tops for path in top.rglob("*.*") if path.suffix in KINDS}
    rooms -= {WEBAPP / "migrations"}
    assert set(tops) <= rooms
    crowded = {}
    for folder in rooms:
        if folder.name == "migrations":  # a diary, which nobody rearranges
            continue
        files = [path for path in folder.iterdir() if path.suffix in KINDS and path.stem != "__init__"]
        lines = sum(path.read_text().count("\n") for path in files)
        if len(files) > MOST_FILES or lines > MOST_LINES:
            crowded[str(folder.relative_to(ROOT))] = (len(files), lines)
    assert crowded == {}


def test_functions_and_files_stay_short() -> None:
    """STYLE 16 as a smell test: few may be longer, none by much."""
    tables = {WEBAPP / "database" / "guards.py"}  # a table of SQL
    assert too_long([path for path in sources() if path not in tables], lines=250, in_a_function=30) == []


def test_files_of_tests_and_static_files_stay_short() -> None:
    files = [
        path for top in (TESTS, STATIC / "css", STATIC / "js") for path in top.rglob("*.*") if path.suffix in KINDS
    ]
    assert len(files) > 500
    assert {str(path.relative_to(ROOT)) for path in files if path.read_text().count("\n") > 250} == set()


def test_bench_and_what_starts_the_product_stay_short() -> None:
    """STYLE 16, to the letter."""
    rooms = [BENCH, *(WEBAPP / name for name in ("commands", "running", "gateways", "simulator"))]
    files = [path for folder in rooms for path in folder.rglob("*.py")]
    assert too_long([*files, WEBAPP / "cli.py"], lines=250, in_a_function=30) == []


def test_handlers_only_find_tell_and_answer() -> None:
    """A body of 12 lines holds that: find the rows, call one function of the models, answer with a page."""
    long = [
        f"{path.relative_to(ROOT)} {node.name}"
        for path in (WEBAPP / "routes").rglob("*.py")
        for node in nodes(path)
        if isinstance(node, ast.AsyncFunctionDef) and _is_handler(node) and _lines_of_body(node) > 12
    ]
    assert long == []


def _is_handler(node: ast.AsyncFunctionDef) -> bool:
    called = [one.func for one in node.decorator_list if isinstance(one, ast.Call)]
    return any(isinstance(one, ast.Name) and one.id in {"get", "post"} for one in called)


def _lines_of_body(node: ast.AsyncFunctionDef) -> int:
    first = node.body[1 if ast.get_docstring(node) and len(node.body) > 1 else 0]
    return (node.end_lineno or first.lineno) - first.lineno + 1


def too_long(paths: Sequence[Path], lines: int, in_a_function: int) -> list[str]:
    files = [str(path.relative_to(ROOT)) for path in paths if path.read_text().count("\n") > lines]
    return files + [
        f"{path.relative_to(ROOT)} {node.name}"
        for path in paths
        for node in nodes(path)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= in_a_function
    ]
