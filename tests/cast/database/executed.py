"""Which statements of the source ran on which database, over a whole run of the tests: what only ever ran on SQLite breaks
on PostgreSQL first for a campaign of some size. `python -m tests.cast.database.executed FOLDER` is the last step of bin/test."""

from __future__ import annotations

import ast
import inspect
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from tests.cast import TESTS
from webapp import database

ROOT = TESTS.parent
WEBAPP = str(ROOT / "webapp")
DOORS = ("query", "rows", "wide")  # of webapp.database: all plain SQL goes through them

Place = tuple[str, str, int]  # database, file below the root, line


def note_statements(folder: Path) -> None:
    """From now on each call of a door is noted, with the place it stands at, in a file of this process."""
    noted: set[Place] = set()
    file = folder / f"{os.getpid()}.txt"
    for name in DOORS:
        setattr(database, name, _noting(getattr(database, name), noted, file))


def _noting(ask: Callable[..., Any], noted: set[Place], file: Path) -> Callable[..., Any]:
    def noting(*given: Any, **named: Any) -> Any:
        here = inspect.currentframe()
        caller = here.f_back if here else None
        if caller and caller.f_code.co_filename.startswith(WEBAPP):
            place = (database.dialect(), caller.f_code.co_filename.removeprefix(f"{ROOT}/"), caller.f_lineno)
            if place not in noted:
                noted.add(place)
                with file.open("a") as out:
                    out.write(" ".join(map(str, place)) + "\n")
        return ask(*given, **named)

    return noting


def read(folder: Path) -> set[Place]:
    """The notes of all processes."""
    lines = [line.split() for file in folder.glob("*.txt") for line in file.read_text().splitlines()]
    return {(dialect, file, int(line)) for dialect, file, line in lines}


def never_ran(seen: Iterable[Place]) -> list[str]:
    """The statements of the source that one of the databases never got, with its name. A function that asks for the dialect
    has statements for one of them: each must have run on one."""
    lines: dict[tuple[str, str], set[int]] = {}
    for dialect, file, line in seen:
        lines.setdefault((dialect, file), set()).add(line)
    missing = []
    for file, first, last, of_one in written():
        here = set(range(first, last + 1))
        without = [kind for kind in ("sqlite", "postgres") if not lines.get((kind, file), set()) & here]
        if len(without) > of_one:
            missing += [f"{file}:{first} never ran on {kind}" for kind in without]
    return missing


@cache
def written() -> tuple[tuple[str, int, int, bool], ...]:
    """Each call of a door in the source: file, first and last line, and whether it may be a statement for one dialect."""
    found: list[tuple[str, int, int, bool]] = []
    for path in sorted(Path(WEBAPP).rglob("*.py")):
        text = path.read_text()
        if any(f"database.{name}" in text for name in DOORS) and not {"migrations", "simulator"} & set(path.parts):
            its_own = path.parent.name == "database"  # the door itself speaks to each in its own way
            found += _written_in(ast.parse(text), text.splitlines(), str(path.relative_to(ROOT)), its_own)
    return tuple(found)


def _written_in(tree: ast.AST, lines: list[str], file: str, of_one: bool) -> Iterator[tuple[str, int, int, bool]]:
    for node in ast.iter_child_nodes(tree):
        asks = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and any(
            "dialect()" in line for line in lines[node.lineno - 1 : node.end_lineno]
        )
        if isinstance(node, ast.Call) and _is_door(node.func):
            yield file, node.lineno, node.end_lineno or node.lineno, of_one
        yield from _written_in(node, lines, file, of_one or asks)


def _is_door(called: ast.expr) -> bool:
    if isinstance(called, ast.Attribute):
        return called.attr in DOORS and isinstance(called.value, ast.Name) and called.value.id == "database"
    return False


if __name__ == "__main__":
    missing = never_ran(read(Path(sys.argv[1])))
    print("\n".join(missing) or "Each statement of plain SQL ran on SQLite and on PostgreSQL.")
    sys.exit(bool(missing))
