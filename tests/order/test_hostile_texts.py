"""Each rule bears 100 kB of hostile repeats: found by a walk over the modules of rules/, so a new one is covered by itself.

A rule's words go into every argument that takes text. A type this test can't make is a failure: teach it here.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import types
import typing
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, date, datetime, time, timedelta
from ipaddress import IPv4Network
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest

from tests.cast.inputs import hostile
from webapp import rules
from webapp.rules.contacts import contact_columns

PLAIN: dict[Any, Any] = {
    int: 1,
    float: 1.0,
    bool: False,
    type(None): None,
    Any: None,
    datetime: datetime(2026, 11, 24, 17, tzinfo=UTC),
    date: date(2026, 11, 24),
    time: time(9),
    timedelta: timedelta(minutes=1),
    IPv4Network: IPv4Network("10.0.0.0/8"),
}
MADE: dict[Any, Callable[[], Any]] = {
    contact_columns.Columns: lambda: contact_columns.match(["phone", "name", "email", "zip", "state", "tags"], {})
}
SEVERAL = 3  # in each sequence
# Bytes of a picture, whose own tests bound it; and sentences, whose words stand in the code
LEFT_OUT = {"webapp.rules.scripts.picture", "webapp.rules.speech.sentences"}


def modules() -> list[types.ModuleType]:
    found = [importlib.import_module(m.name) for m in pkgutil.walk_packages(rules.__path__, "webapp.rules.")]
    assert len(found) > 20
    return [module for module in found if module.__name__ not in LEFT_OUT]


def of(kind: Any, text: str) -> Any:
    """A value of this type, with ``text`` wherever it holds text."""
    origin, inner = get_origin(kind), get_args(kind)
    if kind is str:
        return text
    if kind is bytes:
        return text.encode("utf-8", "replace")
    if kind in PLAIN:
        return PLAIN[kind]
    if kind in MADE:
        return MADE[kind]()
    if origin is Literal:
        return inner[0]
    if origin in (Union, types.UnionType):
        return of(next(one for one in inner if one is not type(None)), text)
    if origin in (list, tuple, set, frozenset, Sequence, Collection, Iterable):
        made = [of(one, text) for one in inner[:1]] * SEVERAL
        return made if origin not in (tuple, set, frozenset) else origin(made)
    if origin in (dict, Mapping):
        return {of(inner[0], text): of(inner[1], text)}
    if origin is Callable:
        return lambda *_: of(inner[1], text)
    if isinstance(kind, type) and issubclass(kind, tuple) and hasattr(kind, "_fields"):
        return kind(**{name: of(hint, text) for name, hint in get_type_hints(kind).items()})
    if is_dataclass(kind) and isinstance(kind, type):
        hints = get_type_hints(kind)
        needed = [f for f in fields(kind) if hints[f.name] is str or f.default is f.default_factory is MISSING]
        return kind(**{f.name: of(hints[f.name], text) for f in needed})
    raise AssertionError(f"make a {kind} in tests/order/test_hostile_texts.py")


def has_text(kind: Any) -> bool:
    if kind in (str, bytes):
        return True
    if is_dataclass(kind):
        return any(has_text(hint) for hint in get_type_hints(kind).values())
    return any(has_text(inner) for inner in get_args(kind))


def called(rule: Callable[..., Any]) -> Callable[[str], Any]:
    hints = {name: kind for name, kind in get_type_hints(rule).items() if name != "return"}

    def call(text: str) -> Any:
        answer = rule(**{name: of(kind, text) for name, kind in hints.items()})
        return list(answer) if isinstance(answer, typing.Iterator) else answer

    return call


def takers() -> list[tuple[str, Callable[..., Any]]]:
    """Public functions of the rules with an argument that holds text."""
    found = [
        (f"{module.__name__.removeprefix('webapp.rules.')}.{name}", rule)
        for module in modules()
        for name, rule in vars(module).items()
        if not name.startswith("_") and getattr(rule, "__module__", "") == module.__name__
        if inspect.isfunction(inspect.unwrap(rule))
        if any(has_text(kind) for argument, kind in get_type_hints(rule).items() if argument != "return")
    ]
    assert len(found) > 50
    return found


@pytest.mark.parametrize("rule", [rule for _, rule in takers()], ids=[name for name, _ in takers()])
def test_a_rule_bears_hostile_repeats(rule: Callable[..., Any]) -> None:
    assert hostile.costly(called(rule)) is None
