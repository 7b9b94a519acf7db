"""A list uploaded: the file goes to disk, and a worker reads it (SPEC C1)."""

from __future__ import annotations

import secrets
from pathlib import Path

import anyio
from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile

from webapp import queue, words
from webapp.http import bounded
from webapp.http.forms import Form
from webapp.http.pages import page
from webapp.models.accounts.users import Membership
from webapp.models.contacts.labels import CustomField
from webapp.models.imports import reading, upload
from webapp.models.imports.job import CONTACTS, OPT_OUTS
from webapp.routes.admin.imports import to_import

LARGEST = 1_000_000_000  # bytes of a file of text
LARGEST_WORKBOOK = 50_000_000
LARGEST_PASTED = 2_000_000  # characters
PIECE = 1_000_000


@get("/lists/upload")
async def upload_page(request: Request, member: Membership) -> Response:
    return await _upload(request, member, Form(typed={"name": request.query_params.get("name", "")[:120]}))


async def _upload(request: Request, member: Membership, form: Form, status: int = 200) -> Response:
    fields = await CustomField.filter(campaign_id=member.campaign_id, archived_at=None)
    return page(request, "admin/imports/upload.html", status_code=status, form=form, fields=fields)


@post("/imports", request_max_body_size=LARGEST + PIECE, opt=bounded.LONG_VALUES)
async def take_upload(request: Request, member: Membership) -> Response:
    """``kind`` opt_outs: a list of phones to opt out. ``preview``: show the first rows before any is stored."""
    form = Form(await request.form())
    kind = OPT_OUTS if form.data.get("kind") == OPT_OUTS else CONTACTS
    name = form.text("name", words.gettext("Name of the list"), 120)
    path, file_name = await _keep(form)
    if not form:
        return await _upload(request, member, form, status=422)
    name = name or Path(file_name).stem or words.gettext("List")
    job = await upload.start(name, path, file_name, kind, form.ticked("preview"), member)
    await queue.run_import(job.id)
    return to_import(request, member, job)


async def _keep(form: Form) -> tuple[Path, str]:
    """The file chosen or the rows pasted, on disk under a name of ours: a browser's name is never a path."""
    path, file = reading.folder() / f"{secrets.token_hex(16)}.list", form.data.get("file")
    chosen = file if isinstance(file, UploadFile) and file.filename else None
    pasted = form.long_text("pasted", words.gettext("Pasted rows"), LARGEST_PASTED)
    if pasted and chosen:
        form.wrong("file", words.gettext("You pasted rows and chose a file. Use only one of them."))
    elif pasted:
        if form:
            path.write_text(pasted + "\n")
        return path, words.gettext("pasted rows")
    elif chosen:
        return path, await _keep_file(form, chosen, path)
    else:
        form.wrong("file", words.gettext("No file was chosen."))
    return path, ""


async def _keep_file(form: Form, file: UploadFile, path: Path) -> str:
    try:
        await _write(file, path)
    except OSError:
        path.unlink(missing_ok=True)
        form.wrong("file", words.gettext("The file could not be stored: the site's disk is full. Nothing was stored."))
    if path.exists() and path.stat().st_size > LARGEST_WORKBOOK and file.filename.lower().endswith((".xlsx", ".xls")):
        path.unlink()
        form.wrong(
            "file", words.gettext("This workbook is too large. Save it as CSV in the spreadsheet and upload that.")
        )
    return file.filename.replace("\x00", "")


async def _write(file: UploadFile, path: Path) -> None:
    async with await anyio.open_file(path, "wb") as target:
        while piece := await file.read(PIECE):
            await target.write(piece)


HANDLERS = [upload_page, take_upload]
