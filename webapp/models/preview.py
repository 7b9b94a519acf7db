"""The first rows of an upload as they will be stored, before any is (SPEC C1)."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.models import importing
from webapp.models.imports import ContactImport
from webapp.rules import contact_columns, contact_rows


@dataclass(frozen=True)
class Look:
    """``chosen``: what each column goes to, by position. ``rows``: as stored, or refused. ``unclear``: why none can be
    shown yet. ``recognized``: columns that go somewhere."""

    chosen: list[str]
    rows: list[contact_rows.Person | contact_rows.Refused]
    unclear: str
    recognized: int


async def look(job: ContactImport, mapping: dict[str, str] | None = None) -> Look:
    """With the columns as the names say, or as ``mapping`` has them."""
    shape = importing.shape_of(job)
    columns = await importing.columns_of(job, shape, mapping)
    width = len(shape.header)
    if isinstance(columns, contact_columns.Unclear):
        chosen = [(mapping or {}).get(f"#{n}", "") for n in range(width)]
        return Look(chosen, [], columns.message, sum(map(bool, chosen)))
    names = [columns.fields.get(n) or columns.custom.get(n) or (mapping or {}).get(f"#{n}", "") for n in range(width)]
    rows = [contact_rows.read(list(row), columns, width) for row in shape.sample if any(cell.strip() for cell in row)]
    return Look(names, rows, "", sum(map(bool, names)))
