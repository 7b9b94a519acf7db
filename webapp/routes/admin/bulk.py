"""What is done with many contacts at once: asked for here, done by a job, seen on its own page (SPEC C5, G2)."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get, post
from litestar.response import File

from webapp import access, pages, queue, words
from webapp.database import transaction
from webapp.forms import Form
from webapp.models import long_work
from webapp.models.accounts import audit
from webapp.models.accounts.teams import Team, UserList
from webapp.models.accounts.users import Membership, who_may_text
from webapp.models.actions.action import Action
from webapp.models.bulk import slices
from webapp.models.bulk.job import ASSIGN, EXPORT, FIELD, KINDS, LIST, OPT_OUT, TAG, UNLIST, UNTAG, BulkJob
from webapp.models.contacts import search
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.contacts.lists import ContactList
from webapp.models.conversations import assigning
from webapp.pages import page
from webapp.rules.contacts import contact_filter
from webapp.rules.contacts.contact_filter import Filter

MOST = 500  # of a drop-down
Asked = tuple[dict[str, Any], str]  # what the work needs, and its subject in words


@get("/contacts/bulk/new")
async def new_work(request: Request, member: Membership) -> Response:
    """What is to be done with the contacts that were selected: ticked ones, or all that a filter finds."""
    form = Form(request.query_params)
    return await _new_work(request, member, form)


async def _new_work(request: Request, member: Membership, form: Form, status: int = 200) -> Response:
    which = await _which(member, form)
    kind = form.choice("kind", words.gettext("What to do"), KINDS)
    number = await slices.number(member.campaign, which)
    if kind == EXPORT and not member.exports:
        form.wrong("kind", words.gettext("Exporting is a right of its own. An owner can give it to you."))
    own = {"campaign_id": member.campaign_id, "archived_at": None}
    return page(
        request,
        "admin/bulk/new.html",
        status_code=status,
        form=form,
        kind=kind,
        number=number,
        filtered=which.asked() if isinstance(which, Filter) else {},
        ids=which if isinstance(which, list) else [],
        tags=await Tag.filter(**own),
        fields=await CustomField.filter(**own),
        lists=await ContactList.filter(**own).order_by("-id").limit(MOST),
        action_choices=[(a.id, a.title) for a in await Action.filter(**own).order_by("-id").limit(MOST) if a.live],
        holders=await holders(member),
    )


async def _which(member: Membership, form: Form) -> Filter | list[int]:
    """Ticked contacts of this campaign, or the filter where all of it was asked for."""
    if form.data.get("scope") == "all":
        return contact_filter.read(form.data)
    ticked = [int(n) for n in form.every("contacts") if n.isdecimal() and len(n) < 16]
    return await search.own(member.campaign, ticked[:1_000])


async def holders(member: Membership) -> list[tuple[str, list[tuple[str, str]]]]:
    """Whom contacts can be assigned to: (group, [(value, words)])."""
    own = {"campaign_id": member.campaign_id}
    people = Membership.filter(**own, suspended_at=None).exclude(approved_at=None).select_related("user")
    teams_ = await Team.filter(**own, archived_at=None).order_by("name")
    of_teams = {team.user_list_id for team in teams_}
    lists = [r for r in await UserList.filter(**own, archived_at=None).order_by("name") if r.id not in of_teams]
    return [
        (
            words.gettext("Users"),
            [(f"user:{m.user_id}", m.user.name) for m in await people.order_by("user__first_name").limit(1_000)],
        ),
        (words.gettext("User lists"), [(f"list:{r.id}", r.name) for r in lists]),
        (words.gettext("Teams"), [(f"list:{team.user_list_id}", team.name) for team in teams_]),
    ]


@post("/contacts/bulk")
async def start_work(request: Request, member: Membership) -> Response:
    """A row and a job: the page of the work says how it goes."""
    form = Form(await request.form())
    which = await _which(member, form)
    kind = form.choice("kind", words.gettext("What to do"), KINDS)
    if kind == EXPORT and not member.exports:
        form.wrong("kind", words.gettext("Exporting is a right of its own. An owner can give it to you."))
    if which == []:
        form.wrong("kind", words.gettext("Tick somebody first. Nothing was done."))
    what, subject = await _ASKED[kind](member, form)
    if not form:
        return await _new_work(request, member, form, status=422)

    total = await slices.number(member.campaign, which)

    async def do() -> BulkJob:
        if new := what.get("new_list"):
            what["list"] = (await ContactList.make(member.campaign, new, "Selected from All Contacts")).id
        work = await slices.begin(member.campaign, member.user, kind, which, what, subject, total)
        await audit.note(
            member.campaign,
            member.user,
            f"contacts.{kind}",
            subject,
            contacts=work.total,
            which=work.which if work.total < 100 else work.which.get("filter", {}),
        )
        return work

    work = await transaction(do)
    await queue.run_bulk(work.id)
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/bulk/{work.id}")


async def assigned_to(member: Membership, form: Form) -> Asked:
    """Users, action and mode of an assignment, and to whom in words."""
    kind, _, number = form.text("to", words.gettext("To whom"), 40, required=True).partition(":")
    chosen = [access.small_id(int(number))] if kind == "user" and number.isdecimal() else []
    name = ""
    if kind == "list" and number.isdecimal():
        group = await UserList.filter(id=access.small_id(int(number)), campaign_id=member.campaign_id).first()
        chosen, name = ([m.user_id for m in await group.members()], group.name) if group else ([], "")
    users = await who_may_text(member.campaign_id, chosen)
    if form and not users:
        form.wrong("to", words.gettext("Nobody there may text: choose someone who is approved and not suspended."))
    actions = await assigning.actions_of(member.campaign_id)
    action = int(form.choice("do_action", words.gettext("Action"), [0, *actions])) if form.data.get("do_action") else 0
    mode = (
        form.choice("mode", words.gettext("Which conversations"), assigning.MODES)
        if form.data.get("mode")
        else assigning.ALL
    )
    if kind == "user" and users:
        name = (await Membership.get(user_id=users[0], campaign_id=member.campaign_id).select_related("user")).user.name
    return {"users": users, "action": action, "mode": mode}, name


async def _tag(member: Membership, form: Form) -> Asked:
    tags = {str(t.id): t for t in await Tag.filter(campaign_id=member.campaign_id, archived_at=None)}
    tag = tags.get(form.choice("do_tag", words.gettext("Tag"), tags))
    if tag and tag.opts_out and form.data.get("kind") == UNTAG:
        form.wrong("do_tag", words.gettext("An opt-out is for good: nothing takes the Opt Out tag away."))
    return {"tag": tag.id if tag else 0}, tag.name if tag else ""


async def _field(member: Membership, form: Form) -> Asked:
    fields = {str(f.id): f for f in await CustomField.filter(campaign_id=member.campaign_id, archived_at=None)}
    field = fields.get(form.choice("do_field", words.gettext("Field"), fields))
    value, clear = form.text("do_value", words.gettext("Value"), 5_000), form.ticked("do_clear")
    if bool(value) == clear:
        form.wrong("do_value", words.gettext("Type the value, or choose to take it away."))
    if field and not field.accepts(value):
        form.wrong("do_value", words.gettext("Choose one of: %(choices)s", choices=", ".join(field.choices)))
    return {"field": field.id if field else 0, "value": value}, f"{field.title}: {value or '-'}" if field else ""


async def _list(member: Membership, form: Form) -> Asked:
    """A list that is there, or a new one of the name typed, made with the work."""
    lists = {str(r.id): r for r in await ContactList.filter(campaign_id=member.campaign_id, archived_at=None)}
    new = form.text("new_list", words.gettext("New list"), 120)
    if new and form.data.get("kind") == LIST:
        return {"new_list": new, "name": new}, new
    row = lists.get(form.choice("to_list", words.gettext("List"), lists))
    return {"list": row.id if row else 0, "name": row.name if row else ""}, row.name if row else ""


async def _nothing_more(member: Membership, form: Form) -> Asked:
    return {}, ""


_ASKED: dict[str, Any] = {
    ASSIGN: assigned_to,
    TAG: _tag,
    UNTAG: _tag,
    FIELD: _field,
    LIST: _list,
    UNLIST: _list,
    OPT_OUT: _nothing_more,
    EXPORT: _nothing_more,
}


@get("/bulk/{work_id:int}")
async def work_page(request: Request, member: Membership, work_id: int) -> Response:
    """How it goes; the fragment refreshes itself until it is over."""
    work = await access.work_of(member, work_id)
    return page(request, "admin/bulk/job.html", "admin/bulk/_job.html", work=work)


@post("/bulk/{work_id:int}/cancellation")
async def cancel_work(request: Request, member: Membership, work_id: int) -> Response:
    work = await access.work_of(member, work_id)

    async def do() -> None:
        if await long_work.cancel(work):
            await audit.note(member.campaign, member.user, "contacts.work_cancelled", work.kind)

    await transaction(do)
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/bulk/{work.id}")


@get("/bulk/{work_id:int}/contacts.csv")
async def exported_file(member: Membership, work_id: int) -> File:
    """The finished file, for whoever asked for it."""
    path = await access.export_of(member, work_id)
    return File(
        path, filename="contacts.csv", media_type="text/csv; charset=utf-8", content_disposition_type="attachment"
    )


HANDLERS = [new_work, start_work, work_page, cancel_work, exported_file]
