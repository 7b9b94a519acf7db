"""Contact lists and their uploads (SPEC C1 to C3)."""

from __future__ import annotations

import csv
import io
import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anyio
from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.response import Stream

from webapp import access, config, pages, queue, words
from webapp.database import transaction
from webapp.forms import Form
from webapp.models import audit, importing
from webapp.models.contacts import Contact, ContactList
from webapp.models.imports import ContactImport, RefusedRow
from webapp.models.labels import CustomField
from webapp.models.people import Membership
from webapp.pages import page
from webapp.rules import contact_columns, safe_cells

LARGEST = 200_000_000  # bytes of one file
PIECE = 1_000_000
PAGE = 50
REASONS = {
    "missing_phone": "No phone", "invalid_phone": "Not a phone number",
    "unsupported_country": "Not a number in the United States or Canada", "not_textable": "A number that can't be texted",
    "field_too_long": "A cell is too long", "ragged_row": "More cells than the header has",
}  # fmt: skip


@get("/lists")
async def lists_page(request: Request, member: Membership) -> Response:
    lists = await ContactList.filter(campaign_id=member.campaign_id).order_by("-id")
    recent = (
        await ContactImport.filter(campaign_id=member.campaign_id)
        .order_by("-id")
        .limit(10)
        .select_related("contact_list")
    )
    return page(request, "admin/lists.html", lists=lists, recent=recent)


@get("/lists/upload")
async def upload_page(request: Request, member: Membership) -> Response:
    return await _upload(request, member, Form())


async def _upload(request: Request, member: Membership, form: Form, status: int = 200) -> Response:
    fields = await CustomField.filter(campaign_id=member.campaign_id, archived_at=None)
    return page(request, "admin/upload.html", status_code=status, form=form, fields=fields)


@post("/imports", request_max_body_size=LARGEST)
async def upload(request: Request, member: Membership) -> Response:
    """The file goes to disk, the reading of it to a job; this page is free to be left."""
    form = Form(await request.form())
    file = form.data.get("file")
    name = form.text("name", words.gettext("Name of the list"), 120)
    if not isinstance(file, UploadFile) or not file.filename:
        form.wrong("file", words.gettext("No file was chosen."))
        return await _upload(request, member, form, status=422)
    path = await _keep(file)
    list_name, file_name = name or Path(file.filename).stem[:120], file.filename

    async def do() -> ContactImport:
        await audit.note(member.campaign, member.user, "list.uploaded", file_name)
        return await importing.begin(member.campaign, list_name, path, file_name, member.user)

    job = await transaction(do)
    await queue.run_import(job.id)
    return pages.go_to(request, _path(member, job))


async def _keep(file: UploadFile) -> Path:
    """Under a name of ours: the name a browser gives is never a path."""
    folder = config.settings().data_dir / "uploads"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{secrets.token_hex(16)}.list"
    async with await anyio.open_file(path, "wb") as target:
        while piece := await file.read(PIECE):
            await target.write(piece)
    return path


@get("/imports/{import_id:int}")
async def import_page(request: Request, member: Membership, import_id: int) -> Response:
    """How the upload goes; its fragment refreshes itself until it is over."""
    job = await access.import_of(member, import_id)
    refused = await RefusedRow.filter(contact_import=job).order_by("line").limit(20)
    fields = [(f, f.replace("_", " ")) for f in contact_columns.FIELDS]
    custom = await CustomField.filter(campaign_id=member.campaign_id, archived_at=None)
    return page(
        request, "admin/import.html", "admin/_import.html", job=job, refused=refused, reasons=REASONS,
        targets=[("", "Leave out"), *fields, *((f.slug, f.title) for f in custom)], form=Form(),
    )  # fmt: skip


@post("/imports/{import_id:int}/mapping")
async def answer(request: Request, member: Membership, import_id: int) -> Response:
    """Which column is what, by hand."""
    job, form = await access.import_of(member, import_id), await request.form()
    mapping = {name: str(form.get(f"column_{n}", "")) for n, name in enumerate(job.header)}
    if job.status == "asking" and "phone" in mapping.values():

        async def do() -> None:
            await importing.answer(job, mapping)
            await audit.note(member.campaign, member.user, "list.columns_chosen", job.file_name)

        await transaction(do)
        await queue.run_import(job.id)
    return pages.go_to(request, _path(member, job))


@post("/imports/{import_id:int}/cancellation")
async def cancel(request: Request, member: Membership, import_id: int) -> Response:
    job = await access.import_of(member, import_id)

    async def do() -> None:
        if await importing.cancel(job):
            await audit.note(member.campaign, member.user, "list.upload_cancelled", job.file_name)

    await transaction(do)
    return pages.go_to(request, _path(member, job))


@get("/imports/{import_id:int}/refused.csv")
async def refused_file(member: Membership, import_id: int) -> Stream:
    """Every refused row with its reason, to mend and upload again."""
    job = await access.import_of(member, import_id)
    headers = {"content-disposition": 'attachment; filename="refused-rows.csv"'}
    return Stream(_refused_lines(job), media_type="text/csv; charset=utf-8", headers=headers)


async def _refused_lines(job: ContactImport) -> AsyncIterator[bytes]:
    yield b"\xef\xbb\xbf" + _line([*job.header, "line", "why"])
    last = 0
    while rows := await RefusedRow.filter(contact_import=job, line__gt=last).order_by("line").limit(500):
        last = rows[-1].line
        for row in rows:
            padded = [*row.cells, *[""] * len(job.header)][: len(job.header)]
            yield _line([*padded, str(row.line), REASONS.get(row.reason, row.reason)])


def _line(cells: list[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerow([safe_cells.harmless(cell) for cell in cells])
    return out.getvalue().encode()


@get("/lists/{list_id:int}")
async def list_page(request: Request, member: Membership, list_id: int, after: int = 0) -> Response:
    chosen = await access.list_of(member, list_id)
    found = Contact.filter(list_memberships__contact_list_id=chosen.id, id__gt=max(0, after)).order_by("id")
    contacts: list[Any] = await found.limit(PAGE)
    return page(request, "admin/list.html", chosen=chosen, contacts=contacts, more=len(contacts) == PAGE)


def _path(member: Membership, job: ContactImport) -> str:
    return f"/c/{member.campaign.slug}/admin/imports/{job.id}"


HANDLERS = [lists_page, upload_page, upload, import_page, answer, cancel, refused_file, list_page]
