"""The sources as the tests of their order read them: files, rooms, imports."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import cache
from pathlib import Path

from tests.cast import TESTS

ROOT = TESTS.parent
WEBAPP, BENCH, STATIC = ROOT / "webapp", ROOT / "bench", ROOT / "static"


@cache
def parsed(path: Path) -> ast.Module:
    """A source's tree, which nobody changes: some twenty tests read all of them, and parsing all takes a second."""
    return ast.parse(path.read_text())


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """All of that tree."""
    return tuple(ast.walk(parsed(path)))


def sources() -> list[Path]:
    found = [path for path in WEBAPP.rglob("*.py") if "migrations" not in path.parts]
    assert len(found) > 60
    return found


def room(path: Path) -> str:
    relative = path.relative_to(WEBAPP)
    return relative.parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    """The rooms a file imports from."""
    rooms = set()
    for node in nodes(path):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "webapp":
            names = [node.module.split(".")[1]] if "." in node.module else [alias.name for alias in node.names]
            rooms.update(names)
        if isinstance(node, ast.Import):
            rooms.update(alias.name.split(".")[1] for alias in node.names if alias.name.startswith("webapp."))
    return rooms | {name.split(".")[1] for name in imported_late(path) if name.startswith("webapp.")}


def imported_late(path: Path) -> set[str]:
    """The modules that a file imports when it first uses them (rules/late.py)."""
    calls = (node for node in nodes(path) if isinstance(node, ast.Call) and node.args and _ends_in_module(node.func))
    written = (
        ast.literal_eval(call.args[0])
        for call in calls
        if ast.unparse(call.func) == "late.module" and isinstance(call.args[0], ast.Constant)
    )
    return {str(name) for name in written}


def _ends_in_module(called: ast.expr) -> bool:
    return isinstance(called, ast.Attribute) and called.attr == "module"


def every_file(test: Callable[[Path], None]) -> Callable[[], None]:
    """One test over all files, which names each that fails: a thousand small tests cost more than what they look at."""

    def over_all() -> None:
        wrong = {}
        for path in sources():
            try:
                test(path)
            except AssertionError as error:
                wrong[str(path.relative_to(ROOT))] = str(error).splitlines()[0] if str(error) else "fails"
        assert wrong == {}

    return over_all


def graph(folder: Path) -> dict[str, set[str]]:
    """Each module below a folder -> those of the same folder that it imports."""
    modules = {module(path): path for path in folder.rglob("*.py") if "migrations" not in path.parts}
    return {name: {used for used in imports_of(path) if used in modules} - {name} for name, path in modules.items()}


def module(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path: Path) -> set[str]:
    """The modules a file names in its imports. ``from a import b`` names a.b, and a where b is something in it."""
    found = set()
    for node in nodes(path):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {named(node.module, alias.name) for alias in node.names}
    return found


def named(package: str, name: str) -> str:
    place = ROOT.joinpath(*package.split("."), name)
    return f"{package}.{name}" if place.is_dir() or place.with_suffix(".py").exists() else package
