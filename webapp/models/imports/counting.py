"""A preview of a whole file before anything is stored: who asks not to be texted, what will be refused (C1)."""

from __future__ import annotations

from typing import Any

import msgspec

from webapp.database import transactional
from webapp.models.imports import reading
from webapp.models.imports.job import ASKING, OPT_OUTS, ContactImport
from webapp.models.long_work import RUNNING, WAITING
from webapp.reader import child, rows
from webapp.reader.counted import Counted
from webapp.reader.shape import Shape
from webapp.rules.contacts import contact_columns

MOST = 200_000  # rows, counted by a worker before the page asks
MOST_AT_ONCE = 20_000  # rows, counted while somebody waits for the page
_COUNTED_FIELDS = ("first_name", "last_name", "full_name", "tags")


async def ask(job: ContactImport, shape: Shape, found: contact_columns.Columns | contact_columns.Unclear) -> None:
    """Waits for someone to choose the columns; nothing is stored before. An error of the choices before stays."""
    code, message = job.error_code, job.error_message
    if isinstance(found, contact_columns.Unclear) and not code:
        code, message = found.code, found.message
    columns = found.columns if isinstance(found, contact_columns.Unclear) else found
    async with reading.signs_of_life(job):
        counted = await count(job, shape, columns, MOST)
    await _asking(job, counted, code, message)


@transactional
async def _asking(job: ContactImport, counted: dict[str, Any], code: str, message: str) -> None:
    waiting = ContactImport.filter(id=job.id, status__in=(WAITING, RUNNING))
    await waiting.update(status=ASKING, counted=counted, error_code=code, error_message=message)


async def count(job: ContactImport, shape: Shape, columns: contact_columns.Columns, most: int) -> dict[str, Any]:
    """For `ContactImport.counted`. Raises FileError."""
    copy = str(reading.plain_copy(job))
    order = rows.Order(copy, shape, columns, only_phones=job.kind == OPT_OUTS, counting=most)
    counted = await child.count(order)
    return {**msgspec.to_builtins(counted, str_keys=True), "columns": _key(columns)}


async def of(job: ContactImport, shape: Shape, columns: contact_columns.Columns) -> Counted:
    """As counted before, unless other columns are read now."""
    counted = job.counted
    if (counted is None or counted["columns"] != _key(columns)) and reading.plain_copy(job).exists():
        counted = await count(job, shape, columns, MOST_AT_ONCE)
    return msgspec.convert(counted or {}, Counted, strict=False)


def _key(columns: contact_columns.Columns) -> list[Any]:
    """The counts depend on this alone; other choices change only the sentences about them."""
    fields = {name: [n for n, field in columns.fields.items() if field == name] for name in _COUNTED_FIELDS}
    picking = sorted(n for n, target in columns.flags.items() if target)
    return [columns.phones, sorted(columns.flags), picking, list(columns.home), list(columns.notes), fields]
