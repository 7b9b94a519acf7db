"""Answers made outside the project: tests/vectors/README.md says by which tools."""

from __future__ import annotations

import json
from typing import Any

from tests.cast import TESTS

VECTORS = TESTS / "vectors"


def vectors(name: str) -> list[dict[str, Any]]:
    text = (VECTORS / name).read_text()
    rows = [json.loads(line) for line in text.split("\n") if line]  # splitlines() would split inside texts
    assert len(rows) > 40, f"{name} is not all there"
    return rows


def words(kind: str) -> list[dict[str, str]]:
    """Rows of words.jsonl of one kind: "inbound", "wording", "shortener", "braces", "name"."""
    rows = [row for row in vectors("words.jsonl") if row["kind"] == kind]
    assert rows, f"no rows of {kind}"
    return rows
