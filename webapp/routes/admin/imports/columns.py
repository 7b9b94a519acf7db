"""Which column of an upload is what: chosen with the first rows in view (SPEC C1, C3)."""

from __future__ import annotations

from litestar import Request, Response, get, post

from webapp import queue, words
from webapp.access import finding
from webapp.http import bounded
from webapp.http.forms import Form
from webapp.http.pages import page
from webapp.models.accounts.users import Membership
from webapp.models.contacts.labels import CustomField
from webapp.models.imports import preview, reading, reading_notes, upload
from webapp.models.imports.job import ASKING, CONTACTS, OPT_OUTS, ContactImport
from webapp.routes.admin.accounts import history
from webapp.routes.admin.imports import reading as reading_choice
from webapp.routes.admin.imports import to_import
from webapp.routes.admin.imports.refused import REASONS
from webapp.rules.contacts import contact_columns
from webapp.rules.speech.sentences import said

FIELD_NAMES = {
    "phone": said("Phone"),
    "first_name": said("First name"),
    "last_name": said("Last name"),
    "full_name": said("First and last name"),
    "email": said("E-mail"),
    "state_abbrev": said("State"),
    "zip": said("ZIP"),
    "city_state_zip": said("City, state and ZIP in one"),
    "van_id": said("VAN ID"),
    "assigned_user_email": said("Volunteer's e-mail (assign to)"),
    "timezone": said("Time zone"),
    "tags": said("Tags"),
    "zip_canada": said("ZIP (Canadian postal codes)"),
}


@get("/imports/{import_id:int}/columns")
async def columns_page(request: Request, member: Membership, import_id: int) -> Response:
    """For a file that was read already, to take in columns that were left out."""
    return await show(request, member, await finding.import_of(member, import_id), Form(), again=True)


@post("/imports/{import_id:int}/preview", opt=bounded.MANY_FIELDS)
async def preview_page(request: Request, member: Membership, import_id: int) -> Response:
    """The first rows with the columns as chosen now; nothing is stored."""
    job = await finding.import_of(member, import_id)
    return await show(request, member, job, Form(await request.form()), again=job.over)


@post("/imports/{import_id:int}/mapping", opt=bounded.MANY_FIELDS)
async def choose_columns(request: Request, member: Membership, import_id: int) -> Response:
    """Reads on with these columns, or once more where the file was read already. Where another sheet or header was chosen
    beside them, that is read and shown first."""
    job, form = await finding.import_of(member, import_id), Form(await request.form())
    if job.shape is None or (job.status != ASKING and not job.over):
        return to_import(request, member, job)
    if reading_choice.differs(job, form):
        return await reading_choice.begin(request, member, job, form)
    mapping = await _checked(job, form)
    if not form:
        return await show(request, member, job, form, again=job.over, status=422)
    tags = await preview.unknown_tags(job, mapping) if form.ticked("new_tags") else ()
    going = await upload.choose_columns(job, mapping, member, reading_choice.wishes(form), tags)
    await queue.run_import(going.id)
    return to_import(request, member, going)


async def _checked(job: ContactImport, form: Form) -> dict[str, str]:
    mapping = await reading_choice.mapping_of(job, form) or {}
    if "phone" not in mapping.values():
        form.wrong("columns", words.gettext("One column must be the phone."))
    if doubled := (await preview.of(job, mapping)).doubled:
        form.wrong("columns", doubled)
    if left := await _unstruck(job, form):
        sentence = words.gettext(
            "Say first what becomes of sheet %(name)s: its people are not to be texted.", name=left
        )
        form.wrong("columns", sentence)
    return mapping


async def _unstruck(job: ContactImport, form: Form) -> str:
    """The sheet of people not to be texted, beside a list, of which nobody has decided; "" for none."""
    if job.kind != CONTACTS or job.status != ASKING or form.ticked("without_strikes"):
        return ""
    done = await upload.struck(job)
    return next((one.name for one in reading.shape_of(job).strike_lists if one.name not in done), "")


async def show(
    request: Request, member: Membership, job: ContactImport, form: Form, again: bool = False, status: int = 200
) -> Response:
    """``again``: the file was read already."""
    if job.shape is None:  # the file could not be read; its page says why
        return to_import(request, member, job)
    custom = await CustomField.filter(campaign_id=member.campaign_id, archived_at=None)
    shape = reading.shape_of(job)
    wishes = reading_choice.wishes(form) if form.data else job.wishes
    seen = await preview.of(job, await reading_choice.mapping_of(job, form), wishes)
    return page(
        request,
        "admin/imports/columns.html",
        "admin/imports/_columns.html",
        status_code=status,
        job=job,
        form=form,
        shape=shape,
        picked=reading_choice.picked(job, form),
        notes=reading_notes.notes(shape, job.without_hidden),
        seen=seen,
        wishes=wishes,
        history=await history.of_whole(request, member, "import", job.id),
        new_tags=form.ticked("new_tags") if form.data else seen.creates_tags,
        targets=_targets(job, custom),
        titles=FIELD_NAMES | {f.slug: f.title for f in custom if job.kind == CONTACTS},
        reasons=REASONS,
        again=again,
        struck=await upload.struck(job),
    )


def _targets(job: ContactImport, custom: list[CustomField]) -> list[tuple[str, str]]:
    """The choices for a column: value and words."""
    nowhere = ("", words.gettext("Leave out"))
    if job.kind == OPT_OUTS:
        picking = (contact_columns.OPT_OUT, words.gettext("Only whoever it says"))
        return [nowhere, ("phone", words.gettext("Phone")), picking]
    fields = [(name, FIELD_NAMES[name]) for name in contact_columns.FIELDS]
    new = (preview.NEW, words.gettext("New custom field"))
    wishes = [
        (contact_columns.OPT_OUT, words.gettext("Opt out whoever it says")),
        (contact_columns.REFUSE, words.gettext("Refuse whoever it says")),
    ]
    return [nowhere, *fields, *((f.slug, f.title) for f in custom), new, *wishes]


HANDLERS = [columns_page, preview_page, choose_columns]
