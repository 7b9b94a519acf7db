"""How a file is to be read: which sheet, which header line, hidden rows or not (SPEC C1)."""

from __future__ import annotations

from litestar import Request, Response, post

from webapp import access, queue
from webapp.forms import Form
from webapp.models.accounts.users import Membership
from webapp.models.imports import reading, upload
from webapp.models.imports.job import ASKING, ContactImport
from webapp.routes.admin.imports import columns, to_import


@post("/imports/{import_id:int}/reading")
async def read_again(request: Request, member: Membership, import_id: int) -> Response:
    """A worker reads the file anew, and the page asks again; nothing is stored before."""
    job, form = await access.import_of(member, import_id), Form(await request.form())
    if job.shape is None or (job.status != ASKING and not job.over):
        return to_import(request, member, job)
    wanted, same = _wanted(job, form)
    mapping = columns.chosen(job, form) or job.mapping if same else {}
    going = await upload.read_again(job, wanted, mapping, member)
    await queue.run_import(going.id)
    return to_import(request, member, going)


def _wanted(job: ContactImport, form: Form) -> tuple[reading.Wanted, bool]:
    """What the form says, and whether sheet and header stay, and with them the columns chosen so far. A line that the
    page had found itself is looked for again."""
    shape = reading.shape_of(job)
    sheet = str(form.data.get("sheet", ""))
    sheet = sheet if sheet in [known.name for known in shape.sheets] else shape.sheet
    line, now = str(form.data.get("header_line", "")), reading.header_of(shape)
    known_lines = {str(number): number for number in (0, *(number for number, _ in shape.first_lines))}
    header = known_lines.get(line, now)
    if sheet != shape.sheet:
        return reading.Wanted(sheet, None, form.ticked("without_hidden")), False
    return reading.Wanted(
        sheet, job.header_line if header == now else header, form.ticked("without_hidden")
    ), header == now


HANDLERS = [read_again]
