"""Modules that most processes never need, imported when they are first used: their import costs time and memory.

if TYPE_CHECKING:
    import phonenumbers
else:
    phonenumbers = late.module("phonenumbers")
"""

from __future__ import annotations

import importlib
from typing import Any


class _Late:
    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        return getattr(importlib.import_module(self._name), name)


def module(name: str) -> Any:
    """Stands for the module; only names of it may be asked for, at the time of their use."""
    return _Late(name)
