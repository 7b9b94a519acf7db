"""Rows of an upload that can't be taken (SPEC C1)."""

from __future__ import annotations

from webapp.models.imports.job import ContactImport, RefusedRow
from webapp.reader.rows import Row


async def refuse_rows(job: ContactImport, part: list[Row]) -> int:
    """Keeps the rows that can't be taken, with the reason, to be mended and uploaded again."""
    wrong = [row for row in part if row.reason]
    await RefusedRow.bulk_create(
        RefusedRow(contact_import=job, line=r.line, reason=r.reason, raw_phone=r.raw_phone, cells=r.cells)
        for r in wrong
    )
    return len(wrong)
