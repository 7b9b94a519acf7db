"""Refused rows of an upload as a file, to be corrected and uploaded again (SPEC C1)."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

from litestar import get
from litestar.response import Stream

from webapp.access import finding, proving
from webapp.models.accounts.users import Membership
from webapp.models.imports import refused
from webapp.models.imports.job import ContactImport
from webapp.rules.exports import safe_cells
from webapp.rules.speech.sentences import said

REASONS = {
    "missing_phone": said("No phone"),
    "invalid_phone": said("Not a phone number"),
    "unsupported_country": said("Not a number in the United States or Canada"),
    "not_textable": said("A toll-free or 900 number: no person's mobile"),
    "landline": said("A landline or a fax: it can't be texted"),
    "words_beside": said("Words beside the number"),
    "do_not_text_words": said("The words beside the number say not to text it"),
    "do_not_text": said("A column says not to text this person"),
    "notes_say_no": said("A note says not to text this person"),
    "two_numbers": said("Two numbers in one cell"),
    "extension": said("A number with an extension"),
    "work_phone": said("Only a work phone"),
    "formula": said("A formula that was never calculated: save the workbook in a spreadsheet first"),
    "field_too_long": said("A cell is too long"),
    "ragged_row": said("The row doesn't fit the header: a cell too many, or a stray quotation mark"),
}


@get("/imports/{import_id:int}/refused.csv", dependencies=proving.STAFF)
async def refused_file(member: Membership, import_id: int) -> Stream:
    job = await finding.import_of(member, import_id)
    name = re.sub(r"[^A-Za-z0-9]+", "-", job.list_name or "rows").strip("-") or "rows"
    headers = {"content-disposition": f'attachment; filename="{name}-refused.csv"'}
    return Stream(_lines(job), media_type="text/csv", headers=headers)


async def _lines(job: ContactImport) -> AsyncIterator[bytes]:
    """The file's own columns, then line and reason, then cells past the header."""
    width = len(job.header)
    yield safe_cells.BOM + safe_cells.line([*job.header, "line", "why"])
    async for row in refused.every(job):
        padded, more = [*row.cells, *[""] * width][:width], row.cells[width:]
        yield safe_cells.line([*padded, str(row.line), REASONS.get(row.reason, row.reason), *more])


HANDLERS = [refused_file]
