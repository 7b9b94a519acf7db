"""How a file is to be read: which sheet, which header line, hidden rows or not (SPEC C1)."""

from __future__ import annotations

from litestar import Request, Response, post

from webapp import queue
from webapp.access import finding
from webapp.http import bounded
from webapp.http.forms import Form
from webapp.models.accounts.users import Membership
from webapp.models.imports import preview, reading, upload
from webapp.models.imports.job import ASKING, ContactImport, Wishes
from webapp.routes.admin.imports import to_import


@post("/imports/{import_id:int}/reading", opt=bounded.MANY_FIELDS)
async def read_again(request: Request, member: Membership, import_id: int) -> Response:
    """A worker reads the file again, and the page asks again; nothing is stored before."""
    job, form = await finding.import_of(member, import_id), Form(await request.form())
    if job.shape is None or (job.status != ASKING and not job.over):
        return to_import(request, member, job)
    return await begin(request, member, job, form)


@post("/imports/{import_id:int}/strike-list", opt=bounded.MANY_FIELDS)
async def strike_first(request: Request, member: Membership, import_id: int) -> Response:
    """A sheet of people not to be texted, beside the list, becomes a strike list of its own; the list goes on waiting."""
    job, form = await finding.import_of(member, import_id), Form(await request.form())
    sheet = str(form.data.get("strike", ""))
    known = [one.name for one in reading.shape_of(job).strike_lists] if job.shape and job.status == ASKING else []
    if sheet not in known:
        return to_import(request, member, job)
    going = await upload.start_strike_list(job, sheet, member)
    await queue.run_import(going.id)
    return to_import(request, member, going)


async def begin(request: Request, member: Membership, job: ContactImport, form: Form) -> Response:
    wanted, same = _wanted(job, form)
    mapping = await mapping_of(job, form) or job.mapping if same else {}
    going = await upload.read_again(job, wanted, mapping, member, wishes(form) if same else Wishes())
    await queue.run_import(going.id)
    return to_import(request, member, going)


async def mapping_of(job: ContactImport, form: Form) -> dict[str, str] | None:
    """Position ("#0") -> field or slug; None where the form chooses nothing. With the switch for home phones these are
    phones too."""
    mapping = _chosen(job, form) or None
    return await preview.with_home(job, mapping) if mapping and form.ticked("home") else mapping


def wishes(form: Form) -> Wishes:
    """A page that asks of notes has their rows refused until the switch says otherwise."""
    return Wishes(form.ticked("take_words"), form.ticked("take_notes"))


def _chosen(job: ContactImport, form: Form) -> dict[str, str]:
    return {
        f"#{n}": str(form.data.get(f"column_{n}", "")).replace("\x00", "")
        for n in range(len(job.header))
        if f"column_{n}" in form.data
    }


def picked(job: ContactImport, form: Form) -> reading.Wanted:
    """As the form says; what it does not say, or says wrongly, is as the file was read."""
    shape = reading.shape_of(job)
    if "header_line" not in form.data and "sheet" not in form.data:
        return reading.Wanted(shape.sheet, reading.header_of(shape), job.without_hidden)
    sheet, line = str(form.data.get("sheet", "")), str(form.data.get("header_line", ""))
    lines = {str(number): number for number in (0, *(number for number, _ in shape.first_lines))}
    return reading.Wanted(
        sheet if sheet in [known.name for known in shape.sheets] else shape.sheet,
        lines.get(line, reading.header_of(shape)),
        form.ticked("without_hidden") if shape.hidden else job.without_hidden,
    )


def differs(job: ContactImport, form: Form) -> bool:
    """True where the form says otherwise than the file was read: what stands on the page is not what would be stored."""
    return picked(job, form) != picked(job, Form())


def _wanted(job: ContactImport, form: Form) -> tuple[reading.Wanted, bool]:
    """The part to be read, and whether sheet and header stay, and with them the columns chosen so far. On another sheet, and
    where the page had found it itself, the header is looked for."""
    new, now = picked(job, form), picked(job, Form())
    if new.sheet != now.sheet:
        return reading.Wanted(new.sheet, None, new.without_hidden), False
    same = new.header_line == now.header_line
    return reading.Wanted(new.sheet, job.header_line if same else new.header_line, new.without_hidden), same


HANDLERS = [read_again, strike_first]
