"""An index that names contacts, as SQL (SPEC C5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Source:
    """Contacts by an index: rows ``x`` of a table that name a contact. ``walked``: the index gives them in order of contact.
    ``probe``: the same condition on one contact ``c``, where it doesn't follow from the table."""

    table: str
    column: str
    where: str
    values: tuple[Any, ...] = ()
    several: bool = False  # rows of one contact
    walked: bool = True
    probe: str = ""
    probe_values: tuple[Any, ...] = ()

    def select(self, more: str = "", once: bool = True) -> str:
        """``once``: gives each contact once. Where a contact may have several rows, that reads them all."""
        distinct = "DISTINCT " if self.several and once else ""
        return f"SELECT {distinct}x.{self.column} AS id FROM {self.table} x WHERE {self.where}{more}"

    def condition(self) -> tuple[str, tuple[Any, ...]]:
        """The source as a condition on one contact ``c``, with its values."""
        if self.probe:
            return self.probe, self.probe_values
        if self.table == "contact":
            return self.where.replace("x.", "c."), self.values
        return f"EXISTS (SELECT 1 FROM {self.table} x WHERE {self.where} AND x.{self.column} = c.id)", self.values
