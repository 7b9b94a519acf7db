"""One contact: their data, their history, and the changes staff may make (SPEC C6, C7)."""

from __future__ import annotations

from litestar import Request, Response, get, post
from litestar.response import File

from webapp import queue, words
from webapp.access import finding, proving
from webapp.http import pages
from webapp.http.forms import Form
from webapp.http.pages import page
from webapp.models.accounts.users import Membership
from webapp.models.bulk import one_contact
from webapp.models.contacts import labels
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.contacts.lists import ContactList
from webapp.models.opt_outs.opt_out import OptOut
from webapp.models.reports import editing
from webapp.models.results import contact_table, timeline
from webapp.models.van import showing
from webapp.routes.admin.accounts import history
from webapp.routes.admin.bulk import asked
from webapp.rules import edited
from webapp.rules.contacts import row_values
from webapp.rules.speech.sentences import said

UNFIT = {  # a value that no import stores either (C3): the field, and what the form says
    "state_abbrev": ("state_abbrev", said("This is no state or province. Write its two letters, such as PA.")),
    "zip": ("zip", said("A ZIP has five digits.")),
    "zip_canada": ("zip", said("A ZIP has five digits. Postal codes of Canada are not kept.")),
    "timezone": ("timezone", said("Enter a time zone such as America/New_York, or nothing.")),
    "email": ("email", said("This is not an e-mail address.")),
}


@get("/contacts/{contact_id:int}")
async def contact_page(request: Request, member: Membership, contact_id: int) -> Response:
    return await _contact(request, member, await finding.contact_of(member, contact_id), Form())


async def _contact(request: Request, member: Membership, contact: Contact, form: Form, status: int = 200) -> Response:
    own = {"campaign_id": member.campaign_id, "archived_at": None}
    return page(
        request,
        "admin/contacts/contact.html",
        status_code=status,
        contact=contact,
        form=form,
        mark=edited.mark(await editing.words_of(contact)),
        saved="saved" in request.query_params,
        blocked_since="blocked_since" in request.query_params and contact.blocked_at is not None,
        moments=await timeline.of(contact),
        tags=(await labels.tags_of([contact.id]))[contact.id],
        all_tags=await Tag.filter(**own),
        fields=await CustomField.filter(**own),
        values=await labels.field_values(contact.id),
        lists=await ContactList.filter(**own, memberships__contact_id=contact.id),
        keeper=await Membership.get_or_none(
            campaign_id=member.campaign_id, user_id=contact.keeper_id or 0
        ).select_related("user"),
        held=(await contact_table.holders([contact]))[contact.id],
        opted_out=await OptOut.get_or_none(campaign_id=member.campaign_id, phone=contact.phone),
        holders=await asked.holders(member),
        history=await history.of(member, "contact", contact.id),
        van=(await showing.names(member.campaign_id)).get(contact.van or 0, ""),
    )


@post("/contacts/{contact_id:int}")
async def save_contact(request: Request, member: Membership, contact_id: int) -> Response:
    """Everything but the phone, which identifies the contact."""
    contact, form = await finding.contact_of(member, contact_id), Form(await request.form())
    values, answers, tags = _values(form), await _answers(contact, form), await _tags(member, form)
    if not form:
        return await _contact(request, member, contact, form, status=422)
    if found := await editing.edit(contact.id, values, answers, member, *tags, seen=form.mark()):
        form.overtaken(found, {f"field_{field.slug}": field.title for field in answers})
        return await _contact(request, member, await finding.contact_of(member, contact_id), form, status=409)
    return _back(request, member, contact)


async def _answers(contact: Contact, form: Form) -> dict[CustomField, str]:
    """Custom fields that are in the form. A stored value that is no option any more may stay as it is."""
    before, answers = await labels.field_values(contact.id), {}
    for field in await CustomField.filter(campaign_id=contact.campaign_id, archived_at=None):
        name = f"field_{field.slug}"
        if name not in form.data:
            continue
        answers[field] = value = form.text(name, field.title, 5_000)
        if value != before.get(field.slug) and not field.accepts(value):
            form.wrong(name, words.gettext("Choose one of the options."))
    return answers


async def _tags(member: Membership, form: Form) -> tuple[list[Tag], list[Tag]]:
    """The tags on offer in the form, and those that are ticked."""
    if "offers_tags" not in form.data:
        return [], []
    tags = await Tag.filter(campaign_id=member.campaign_id, archived_at=None)
    ticked = set(form.many("tags", [tag.id for tag in tags]))
    return tags, [tag for tag in tags if str(tag.id) in ticked]


def _values(form: Form) -> dict[str, str]:
    """As an import would store them."""
    values = {
        "first_name": form.text("first_name", words.gettext("First name"), 100),
        "last_name": form.text("last_name", words.gettext("Last name"), 100),
        "email": form.email() if form.data.get("email") else "",
        "van_id": form.text("van_id", "VAN ID", 40),
        "zip": form.text("zip", "ZIP", 20),
        "timezone": form.text("timezone", words.gettext("Time zone"), 64),
        "state_abbrev": form.text("state_abbrev", words.gettext("State"), 40),
    }
    for name in row_values.kept_out(values):
        form.wrong(*UNFIT[name])
    return values


@post("/contacts/{contact_id:int}/opt-out")
async def opt_out(request: Request, member: Membership, contact_id: int) -> Response:
    contact = await finding.contact_of(member, contact_id)
    await editing.opt_out(contact.id, member)
    return _back(request, member, contact)


@post("/contacts/{contact_id:int}/assignment")
async def assign(request: Request, member: Membership, contact_id: int) -> Response:
    """Their conversations in all running actions, and in those to come."""
    contact, form = await finding.contact_of(member, contact_id), Form(await request.form())
    to, name = await asked.assigned_to(member, form)
    if not form:
        return await _contact(request, member, contact, form, status=422)
    job = await one_contact.assign(contact.id, to, name, member)
    await queue.run_bulk(job.id)
    if job.what.get("left_out"):
        form.wrong("to", asked.kept_out(job))
        return await _contact(request, member, contact, form, status=422)
    return _back(request, member, contact)


@post("/contacts/{contact_id:int}/block/end")
async def unblock(request: Request, member: Membership, contact_id: int) -> Response:
    """The form says which block it showed."""
    contact, form = await finding.contact_of(member, contact_id), Form(await request.form())
    if not await editing.unblock(contact.id, member, str(form.data.get("shown", ""))):
        return _back(request, member, contact, "blocked_since")
    return _back(request, member, contact)


@post("/contacts/{contact_id:int}/erasure", dependencies=proving.STAFF)
async def erase(request: Request, member: Membership, contact_id: int) -> Response:
    """The person asked that their data go (C7)."""
    contact = await finding.contact_of(member, contact_id)
    await editing.erase(contact.id, member)
    return _back(request, member, contact)


def _back(request: Request, member: Membership, contact: Contact, said: str = "saved") -> Response:
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/contacts/{contact.id}?{said}=1")


@get("/contacts/{contact_id:int}/media/{media_id:int}")
async def received(member: Membership, contact_id: int, media_id: int) -> File:
    """A picture they sent."""
    found = await finding.media_of((await finding.contact_of(member, contact_id)).id, media_id)
    return pages.private_file(found.path, found.kept_type, 3_600)


HANDLERS = [received, contact_page, save_contact, opt_out, assign, unblock, erase]
