"""The first rows of an upload as they will be stored; nothing is stored yet (SPEC C1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from webapp.models.imports import reading
from webapp.models.imports.job import ContactImport
from webapp.rules.contacts import contact_columns, contact_rows


@dataclass(frozen=True)
class Preview:
    """``chosen``: by position, the field or slug each column goes to. ``rows``: as they will be stored, or refused.
    ``unclear``: why no rows can be shown. ``recognized``: the number of columns that go somewhere. ``doubled``: a
    sentence where two columns go to one field."""

    chosen: list[str]
    rows: list[contact_rows.Person | contact_rows.Refused]
    unclear: str
    recognized: int
    doubled: str = ""


NEW = "new"  # a column that becomes a custom field of its own name


async def of(job: ContactImport, mapping: dict[str, str] | None = None) -> Preview:
    """``mapping``: the columns as chosen now, in place of the stored choice."""
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
