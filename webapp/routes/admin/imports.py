"""Uploads: the file goes to disk, the reading of it to a job; what is in which column; what became of each row (C1)."""

from __future__ import annotations

import re
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.response import Stream

from webapp import access, clock, pages, queue, words
from webapp.database import transaction
from webapp.forms import Form
from webapp.models import long_work
from webapp.models.accounts import audit
from webapp.models.accounts.users import Membership
from webapp.models.bulk import export
from webapp.models.contacts import labels
from webapp.models.contacts.labels import CustomField
from webapp.models.imports import importing, preview, reading
from webapp.models.imports.job import ASKING, CONTACTS, OPT_OUTS, ContactImport, RefusedRow
from webapp.pages import page
from webapp.rules.contacts import contact_columns

LARGEST = 1_000_000_000  # bytes of a file of text
LARGEST_WORKBOOK = 50_000_000
PIECE = 1_000_000
FIELD_NAMES = {
    "phone": "Phone",
    "first_name": "First name",
    "last_name": "Last name",
    "full_name": "First and last name",
    "email": "E-mail",
    "state_abbrev": "State",
    "zip": "ZIP",
    "van_id": "VAN ID",
    "assigned_user_email": "Volunteer's e-mail (assign to)",
    "timezone": "Time zone",
    "tags": "Tags",
}
REASONS = {
    "missing_phone": "No phone",
    "invalid_phone": "Not a phone number",
    "unsupported_country": "Not a number in the United States or Canada",
    "not_textable": "A number that can't be texted",
    "field_too_long": "A cell is too long",
    "ragged_row": "Cells do not fit the header: one too many, or a stray quotation mark",
}


@get("/lists/upload")
async def upload_page(request: Request, member: Membership) -> Response:
    return await _upload(request, member, Form(typed={"name": request.query_params.get("name", "")[:120]}))


async def _upload(request: Request, member: Membership, form: Form, status: int = 200) -> Response:
    fields = await CustomField.filter(campaign_id=member.campaign_id, archived_at=None)
    return page(request, "admin/imports/upload.html", status_code=status, form=form, fields=fields)


@post("/imports", request_max_body_size=LARGEST + PIECE)
async def upload(request: Request, member: Membership) -> Response:
    """``kind`` opt_outs: a strike list. ``look``: first show the rows as they will be stored."""
    form = Form(await request.form())
    kind = OPT_OUTS if form.data.get("kind") == OPT_OUTS else CONTACTS
    name, file = form.text("name", words.gettext("Name of the list"), 120), form.data.get("file")
    path, file_name = await _keep(form, file)
    if not form:
        return await _upload(request, member, form, status=422)

    async def do() -> ContactImport:
        await audit.note(member.campaign, member.user, "list.uploaded", file_name, kind=kind)
        return await importing.begin(
            member.campaign,
            name or Path(file_name).stem or words.gettext("List"),
            path,
            file_name,
            member.user,
            kind,
            form.ticked("look"),
        )

    job = await transaction(do)
    await queue.run_import(job.id)
    return pages.go_to(request, _path(member, job))


async def _keep(form: Form, file: object) -> tuple[Path, str]:
    """Under a name of ours: the name a browser gives is never a path. Pasted text is a file too."""
    path = reading.folder() / f"{secrets.token_hex(16)}.list"
    chosen = isinstance(file, UploadFile) and bool(file.filename)
    if pasted := form.long_text("pasted", words.gettext("Pasted rows"), 2_000_000):
        if chosen:
            form.wrong("file", words.gettext("You pasted rows and chose a file. Keep one of them."))
            return path, ""
        if form:
            path.write_text(pasted + "\n")
        return path, words.gettext("pasted rows")
    if not isinstance(file, UploadFile) or not file.filename:
        form.wrong("file", words.gettext("No file was chosen."))
        return path, ""
    try:
        await _write(file, path)
    except OSError:
        path.unlink(missing_ok=True)
        form.wrong(
            "file", words.gettext("The file could not be kept: the disk of the site is full. Nothing was stored.")
        )
    if path.exists() and path.stat().st_size > LARGEST_WORKBOOK and file.filename.lower().endswith((".xlsx", ".xls")):
        path.unlink()
        form.wrong(
            "file", words.gettext("This workbook is too large. Save it as CSV in the spreadsheet and upload that.")
        )
    return path, file.filename.replace("\x00", "")


async def _write(file: UploadFile, path: Path) -> None:
    async with await anyio.open_file(path, "wb") as target:
        while piece := await file.read(PIECE):
            await target.write(piece)


@get("/imports/{import_id:int}")
async def import_page(request: Request, member: Membership, import_id: int) -> Response:
    """How the upload goes; its fragment refreshes itself until it is over."""
    job = await access.import_of(member, import_id)
    if job.status == ASKING:
        return await _asking(request, member, job, Form())
    refused = await RefusedRow.filter(contact_import=job).order_by("line").limit(20)
    return page(
        request,
        "admin/imports/import.html",
        "admin/imports/_import.html",
        job=job,
        refused=refused,
        reasons=REASONS,
        seconds_left=_seconds_left(job),
        mappable=job.over and bool(job.left_out) and reading.plain_copy(job).exists(),
    )


def _seconds_left(job: ContactImport) -> int | None:
    """By the pace so far; None while there is too little to tell."""
    if job.over or not job.started_at or job.cursor < 1_000:
        return None
    spent = (clock.now() - job.started_at).total_seconds()
    return max(1, int(spent / job.cursor * (job.lines - job.cursor)))


async def _asking(
    request: Request, member: Membership, job: ContactImport, form: Form, again: bool = False, status: int = 200
) -> Response:
    """What is in each column, and the first rows as they will be stored with that."""
    if job.shape is None:  # it could not be looked through, and its page says why
        return pages.go_to(request, _path(member, job))
    mapping = _mapping(job, form)
    seen = await preview.of(job, mapping)
    custom = await CustomField.filter(campaign_id=member.campaign_id, archived_at=None)
    fields = [(f, FIELD_NAMES[f]) for f in contact_columns.FIELDS]
    if job.kind == OPT_OUTS:
        fields, custom = [("phone", words.gettext("Phone"))], []
    targets = [("", words.gettext("Leave out")), *fields, *((f.slug, f.title) for f in custom)]
    if job.kind == CONTACTS:
        targets.append((preview.NEW, words.gettext("New custom field")))
    return page(
        request,
        "admin/imports/columns.html",
        "admin/imports/_columns.html",
        status_code=status,
        job=job,
        form=form,
        seen=seen,
        targets=targets,
        titles={f.slug: f.title for f in custom},
        reasons=REASONS,
        again=again,
    )


def _mapping(job: ContactImport, form: Form) -> dict[str, str] | None:
    """Column by position -> what was chosen for it; None where nothing was chosen yet."""
    said = {
        f"#{n}": str(form.data.get(f"column_{n}", "")).replace("\x00", "")
        for n in range(len(job.header))
        if f"column_{n}" in form.data
    }
    return said or None


@get("/imports/{import_id:int}/columns")
async def columns_page(request: Request, member: Membership, import_id: int) -> Response:
    """The columns of a file that was read, to take in what was left out."""
    return await _asking(request, member, await access.import_of(member, import_id), Form(), again=True)


@post("/imports/{import_id:int}/preview")
async def preview_page(request: Request, member: Membership, import_id: int) -> Response:
    """The first rows with the columns as they are chosen now; nothing is stored."""
    job = await access.import_of(member, import_id)
    return await _asking(request, member, job, Form(await request.form()), again=job.over)


@post("/imports/{import_id:int}/mapping")
async def answer(request: Request, member: Membership, import_id: int) -> Response:
    """Which column is what, by hand. A file that was read already is read once more."""
    job, form = await access.import_of(member, import_id), Form(await request.form())
    mapping = _mapping(job, form) or {}
    if job.shape is None or (job.status != ASKING and not job.over):
        return pages.go_to(request, _path(member, job))
    if "phone" not in mapping.values():
        form.wrong("columns", words.gettext("One column must be the phone."))
    if doubled := (await preview.of(job, mapping)).doubled:
        form.wrong("columns", doubled)
    if not form:
        return await _asking(request, member, job, form, again=job.over, status=422)

    async def do() -> ContactImport:
        chosen = await _with_new_fields(member, job, mapping)
        await audit.note(member.campaign, member.user, "list.columns_chosen", job.file_name)
        if job.over:
            return await importing.again(job, chosen, member.user)
        await importing.answer(job, chosen)
        return job

    going = await transaction(do)
    await queue.run_import(going.id)
    return pages.go_to(request, _path(member, going))


async def _with_new_fields(member: Membership, job: ContactImport, mapping: dict[str, str]) -> dict[str, str]:
    chosen = dict(mapping)
    for n, title in enumerate(job.header):
        if mapping.get(f"#{n}") == preview.NEW:
            field = await labels.new_field(member.campaign, title)
            chosen[f"#{n}"] = field.slug
            await audit.note(member.campaign, member.user, "field.added", field.title)
    return chosen


@post("/imports/{import_id:int}/cancellation")
async def cancel(request: Request, member: Membership, import_id: int) -> Response:
    job = await access.import_of(member, import_id)

    async def do() -> None:
        if await long_work.cancel(job):
            await audit.note(member.campaign, member.user, "list.upload_cancelled", job.file_name)

    await transaction(do)
    return pages.go_to(request, _path(member, job))


@get("/imports/{import_id:int}/refused.csv")
async def refused_file(member: Membership, import_id: int) -> Stream:
    """Every refused row with its reason, to mend and upload again."""
    job = await access.import_of(member, import_id)
    name = re.sub(r"[^A-Za-z0-9]+", "-", job.list_name or "rows").strip("-") or "rows"
    headers = {"content-disposition": f'attachment; filename="{name}-refused.csv"'}
    return Stream(_refused_lines(job), media_type="text/csv; charset=utf-8", headers=headers)


async def _refused_lines(job: ContactImport) -> AsyncIterator[bytes]:
    yield b"\xef\xbb\xbf" + export.line([*job.header, "line", "why"])
    last = 0
    while rows := await RefusedRow.filter(contact_import=job, line__gt=last).order_by("line").limit(500):
        last = rows[-1].line
        for row in rows:
            width = len(job.header)
            padded, more = [*row.cells, *[""] * width][:width], row.cells[width:]
            yield export.line([*padded, str(row.line), REASONS.get(row.reason, row.reason), *more])


def _path(member: Membership, job: ContactImport) -> str:
    return f"/c/{member.campaign.slug}/admin/imports/{job.id}"


HANDLERS = [upload_page, upload, import_page, columns_page, preview_page, answer, cancel, refused_file]
