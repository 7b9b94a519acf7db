"""An upload's page while it is read and afterwards (SPEC C1)."""

from __future__ import annotations

from litestar import Request, Response, get, post

from webapp.access import finding
from webapp.http.forms import Form
from webapp.http.pages import page
from webapp.models.accounts.users import Membership
from webapp.models.imports import reading, reading_notes, refused, upload
from webapp.models.imports.job import ASKING, ContactImport
from webapp.routes.admin.accounts import history
from webapp.routes.admin.imports import columns, to_import
from webapp.routes.admin.imports.refused import REASONS

SHOWN = 20  # refused rows


@get("/imports/{import_id:int}")
async def import_page(request: Request, member: Membership, import_id: int) -> Response:
    """The fragment refreshes itself until the upload is over."""
    job = await finding.import_of(member, import_id)
    if job.status == ASKING:
        return await columns.show(request, member, job, Form())
    return await _progress(request, member, job)


async def _progress(request: Request, member: Membership, job: ContactImport) -> Response:
    return page(
        request,
        "admin/imports/import.html",
        "admin/imports/_import.html",
        job=job,
        refused=await refused.first(job, SHOWN),
        reasons=REASONS,
        notes=reading_notes.notes(reading.shape_of(job), job.without_hidden) if job.shape else [],
        names=columns.FIELD_NAMES,
        waiting_list=await upload.waiting_list(job) if job.over else None,
        seconds_left=job.seconds_left,
        history=await history.of_whole(request, member, "import", job.id),
        mappable=job.over and bool(job.left_out) and reading.plain_copy(job).exists(),
    )


@post("/imports/{import_id:int}/cancellation")
async def cancel(request: Request, member: Membership, import_id: int) -> Response:
    job = await finding.import_of(member, import_id)
    await upload.cancel(job, member)
    return to_import(request, member, job)


HANDLERS = [import_page, cancel]
