"""Each pattern of the site takes time in proportion to the text, in the way it is used: found by a walk over the sources."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import webapp
from tests.cast.inputs import hostile

SIZE, ALLOWED = (
    12_000,
    0.3,
)  # characters; seconds of processor time, asked twice. A square of it takes over half a second
WAYS = ("search", "match", "fullmatch", "sub", "finditer", "findall", "split")
_WORDS = re.compile(r"[a-z]{2,12}")


def patterns() -> Iterator[tuple[str, str, int, str]]:
    """Where a pattern stands, itself, its flags, and the way it is used: "search" stands for all that look everywhere."""
    for found in pkgutil.walk_packages(webapp.__path__, "webapp."):
        if "migrations" in found.name or found.name.endswith("__main__"):
            continue
        module = importlib.import_module(found.name)
        source = Path(module.__file__ or "").read_text()
        for name, value in vars(module).items():
            used = set(re.findall(rf"\b{name}\.({'|'.join(WAYS)})\(", source))
            for pattern in _compiled(value):
                for way in used or {"search"}:
                    yield f"{found.name}.{name}", pattern.pattern, pattern.flags, way
        yield from _written(found.name, source)


def _compiled(value: Any) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
        yield value
    if isinstance(value, (list, tuple, set, frozenset, dict)):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _compiled(one)


def _written(name: str, source: str) -> Iterator[tuple[str, str, int, str]]:
    """re.fullmatch(r"...", text) and the like."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="re"), attr=way), args=[ast.Constant(value=str(pattern)), *_]
            ) if way in WAYS:
                yield f"{name}:{node.lineno}", pattern, 0, way


def _units(pattern: str) -> list[str]:
    """Signs, and the pattern's own words: its first dozen."""
    words = dict.fromkeys(_WORDS.findall(pattern.lower()))
    return [*hostile.SIGNS, *(f"{word} " for word in list(words)[:12])]


def slow(pattern: str, flags: int, way: str) -> str | None:
    compiled = re.compile(pattern, flags)

    def use(text: str) -> Any:
        return list(compiled.finditer(text)) if way not in ("match", "fullmatch") else getattr(compiled, way)(text)

    for unit in _units(pattern):
        many = unit * (SIZE // len(unit))
        for text in (many, f"a{many}!", f"a@{many} @"):
            if (spent := hostile.seconds(use, text)) > ALLOWED and hostile.seconds(use, text) > ALLOWED:
                return f"{text[:12]!r}...: {spent:.2f} s"
    return None


def test_each_pattern_takes_time_in_proportion_to_the_text() -> None:
    all_of_them = dict.fromkeys(patterns())
    assert len(all_of_them) > 100
    wrong = {(where, way): found for where, pattern, flags, way in all_of_them if (found := slow(pattern, flags, way))}
    assert wrong == {}


@pytest.mark.parametrize("square", [r"[^@\s]+@[^@\s]+\.[^@\s]+", r"\s+$", r"^\W*(yes)?\W*stop"])
def test_the_walk_would_find_a_square(square: str) -> None:
    assert slow(square, 0, "search") or slow(square, 0, "fullmatch")
