"""Answers made outside the project: tests/vectors/README.md says by which tools."""

from __future__ import annotations

import json
from typing import Any

from tests.cast import TESTS

VECTORS = TESTS / "vectors"


def vectors(name: str) -> list[dict[str, Any]]:
    text = (VECTORS / name).read_text()
    rows = [json.loads(line) for line in text.split("\n") if line]  # splitlines() would split inside texts
    assert len(rows) > 50, f"{name} is not all there"
    return rows
