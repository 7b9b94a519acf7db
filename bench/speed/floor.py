"""The floor: the same statements run by the bare driver, in transactions where ours are, over the same number of connections."""

from __future__ import annotations

import asyncio
import contextlib
import re
import uuid
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from bench.measured import Measured, Turn, measure

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass
class Floor:
    """``statements``: text and values, as recorded for one person. ``keys``: the values that belong to that person, by
    name. ``people``: the same of others; each turn takes one, and gives them back where ``again`` is True. ``begun``: a turn is
    one transaction."""

    database_url: str
    statements: list[tuple[str, list[Any]]] = field(default_factory=list)
    keys: dict[str, Any] = field(default_factory=dict)
    people: list[dict[str, Any]] = field(default_factory=list)
    again: bool = False
    begun: bool = True

    async def run(self, connections: int, seconds: float) -> Measured:
        opened = [await asyncpg.connect(self.database_url) for _ in range(connections)]
        try:
            return await measure([self._turn(connection) for connection in opened], seconds)
        finally:
            await asyncio.gather(*(connection.close() for connection in opened))

    def _turn(self, connection: asyncpg.Connection) -> Turn:
        async def turn() -> bool:
            if not self.people:
                return False
            person = self.people.pop()
            other = {self.keys[name]: person[name] for name in self.keys} | self._fresh()
            async with connection.transaction() if self.begun else contextlib.nullcontext():
                for text, values in self.statements:
                    await connection.fetch(text, *(_replaced(value, other) for value in values))
            if self.again:
                self.people.insert(0, person)
            return True

        return turn

    def _fresh(self) -> dict[Any, Any]:
        """Recorded UUIDs and message sids -> new ones: they are unique in the database."""
        seen = {v for _, values in self.statements for v in values if isinstance(v, str | uuid.UUID)}
        sids = {v: f"SM{uuid.uuid4().hex}" for v in seen if isinstance(v, str) and v.startswith("SM") and len(v) == 34}
        ids = {v: uuid.uuid4() for v in seen if isinstance(v, uuid.UUID)}
        texts = {
            v: str(ids.get(uuid.UUID(v)) or uuid.uuid4()) for v in seen if isinstance(v, str) and _UUID.fullmatch(v)
        }
        return ids | texts | sids


def _replaced(value: Any, other: dict[Any, Any]) -> Any:
    return other.get(value, value) if isinstance(value, str | int | uuid.UUID) else value
