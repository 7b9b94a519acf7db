"""The first rows of an upload as they will be stored, before any is (SPEC C1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from webapp.models.imports import reading
from webapp.models.imports.job import ContactImport
from webapp.rules.contacts import contact_columns, contact_rows


@dataclass(frozen=True)
class Preview:
    """``chosen``: what each column goes to, by position. ``rows``: as stored, or refused. ``unclear``: why none can be
    shown yet. ``recognized``: columns that go somewhere. ``doubled``: a sentence where two go to the same place."""

    chosen: list[str]
    rows: list[contact_rows.Person | contact_rows.Refused]
    unclear: str
    recognized: int
    doubled: str = ""


NEW = "new"  # a column that becomes a custom field of its own name


async def of(job: ContactImport, mapping: dict[str, str] | None = None) -> Preview:
    """With the columns as the names say, or as ``mapping`` has them."""
    shape = reading.shape_of(job)
    width = len(shape.header)
    columns = await reading.columns_of(job, shape, mapping)
    if isinstance(columns, contact_columns.Unclear):
        chosen = [(mapping or {}).get(f"#{n}", "") for n in range(width)]
        return Preview(chosen, [], columns.message, sum(map(bool, chosen)), _doubled(shape.header, chosen))
    new = {n: shape.header[n] for n in range(width) if (mapping or {}).get(f"#{n}") == NEW}
    names = [columns.fields.get(n) or columns.custom.get(n) or (mapping or {}).get(f"#{n}", "") for n in range(width)]
    shown = replace(columns, custom={**columns.custom, **new})
    rows = [contact_rows.read(list(row), shown, width) for row in shape.sample if any(cell.strip() for cell in row)]
    return Preview(names, rows, "", sum(map(bool, names)), _doubled(shape.header, names))


def _doubled(header: Sequence[str], chosen: Sequence[str]) -> str:
    for n, target in enumerate(chosen):
        if target and target != NEW and target in chosen[:n]:
            first = header[list(chosen).index(target)]
            return f"Two columns go to {target.replace('_', ' ')}: {first} and {header[n]}. Keep one of them."
    return ""
