"""Rows of an upload that were refused, kept with their reason (SPEC C1)."""

from __future__ import annotations

from collections.abc import AsyncIterator

from webapp.models.imports.job import ContactImport, RefusedRow
from webapp.reader.rows import Row

PART = 500  # rows read at a time


async def refuse_rows(job: ContactImport, part: list[Row]) -> int:
    """Keeps those rows of a slice that have a reason. Returns their number."""
    wrong = [row for row in part if row.reason]
    await RefusedRow.bulk_create(
        RefusedRow(contact_import=job, line=r.line, reason=r.reason, raw_phone=r.raw_phone, cells=r.cells)
        for r in wrong
    )
    return len(wrong)


async def every(job: ContactImport) -> AsyncIterator[RefusedRow]:
    """All refused rows, in order of their lines."""
    last = 0
    while rows := await RefusedRow.filter(contact_import=job, line__gt=last).order_by("line").limit(PART):
        last = rows[-1].line
        for row in rows:
            yield row


async def first(job: ContactImport, most: int) -> list[RefusedRow]:
    return await RefusedRow.filter(contact_import=job).order_by("line").limit(most)
