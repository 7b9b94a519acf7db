"""Exports: asked for in a form, made by a worker, downloaded by whoever asked (SPEC R5)."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get, post

from webapp import queue, words
from webapp.access import finding, proving
from webapp.http import downloads, pages
from webapp.http.forms import Form
from webapp.http.pages import page
from webapp.models.accounts import user_search
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import Action
from webapp.models.contacts.lists import ContactList
from webapp.models.exports import for_upload, run, schedules, showing
from webapp.models.exports.job import EVERY, Export
from webapp.routes.admin.accounts import history, user_table
from webapp.routes.admin.bulk import asked, jobs
from webapp.rules.accounts.user_filter import UserFilter
from webapp.rules.contacts.contact_filter import Filter
from webapp.rules.exports import safe_cells
from webapp.rules.exports.columns import (
    COLUMNS,
    CONTACTS,
    CSV,
    FORMATS,
    KINDS,
    MESSAGES,
    OF_CONTACTS,
    USERS,
    dictionary,
)

MOST = 500  # choices in a drop-down
TYPES = {
    "csv": "text/csv",
    "jsonl": "application/jsonl; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@get("/exports")
async def exports_page(request: Request, member: Membership) -> Response:
    return await _exports(request, member, Form(request.query_params))


async def _exports(request: Request, member: Membership, form: Form, status: int = 200) -> Response:
    own, wanted = {"campaign_id": member.campaign_id}, user_table.filter_of(form)
    return page(
        request,
        "admin/exports/exports.html",
        status_code=status,
        form=form,
        rows=await showing.newest(member),
        schedules=await showing.running_schedules(member),
        action_choices=[(row.id, row.title) for row in await Action.filter(**own).order_by("-id").limit(MOST)],
        list_choices=[
            (row.id, row.name) for row in await ContactList.filter(**own, archived_at=None).order_by("-id").limit(MOST)
        ],
        users_found=await user_search.count(member.campaign, wanted) if wanted.asked() else None,
        columns={kind: [column.name for column in COLUMNS[kind]] for kind in KINDS},
    )


@post("/exports", dependencies=proving.STAFF)
async def start_export(request: Request, member: Membership) -> Response:
    form = Form(await request.form())
    kind, which, subject = await _asked(member, form)
    format = form.choice("format", words.gettext("Kind of file"), FORMATS)
    every = form.choice("every", words.gettext("How often"), ("", *EVERY)) if form.data.get("every") else ""
    if not form:
        return await _exports(request, member, form, status=422)
    if every:
        _, made = await schedules.start(member, kind, format, which, subject, every)
    else:
        made = await run.start(member, kind, format, which, subject)
    return await _begun(request, member, made)


@post("/contacts/exports", dependencies=proving.STAFF)
async def start_export_of_contacts(request: Request, member: Membership) -> Response:
    """Of those selected in All Contacts: ticked ones, or all that a filter finds. ``what``: their data, their tags ..."""
    form = Form(await request.form())
    chosen, format = await asked.chosen(member, form), form.choice("format", words.gettext("Kind of file"), FORMATS)
    kind = form.choice("what", words.gettext("What"), OF_CONTACTS) if form.data.get("what") else CONTACTS
    asked.check_export(member, form, chosen)
    await _check_ids(member, form, kind)
    if not form:
        return await jobs.ask(request, member, form, status=422)
    which = {"filter": chosen.asked()} if isinstance(chosen, Filter) else {"ids": chosen}
    return await _begun(request, member, await run.start(member, kind, format, which, ""))


async def _begun(request: Request, member: Membership, made: Export) -> Response:
    await queue.run_export(made.id)
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/exports/{made.id}")


async def _asked(member: Membership, form: Form) -> tuple[str, dict[str, Any], str]:
    """The kind, the people, and both in words."""
    asked.check_export(member, form, Filter())
    kind = form.choice("kind", words.gettext("What"), KINDS) or MESSAGES
    action_id, list_id = form.data.get("action") or "", form.data.get("list") or ""
    if action_id and list_id:
        form.wrong("list", words.gettext("Choose an action or a list, not both."))
    if list_id and kind not in OF_CONTACTS:
        form.wrong(
            "list",
            words.gettext(
                "A list goes with contacts, tags, custom fields and files for VAN and PDI. Choose an action instead."
            ),
        )
    await _check_ids(member, form, kind)
    wanted = user_table.filter_of(form)
    if wanted.asked() and kind != USERS:
        form.wrong("kind", words.gettext("The filter chosen is one of users. Choose users, or open Exports again."))
    actions = {str(row.id): row for row in await Action.filter(campaign_id=member.campaign_id)} if action_id else {}
    lists = {str(row.id): row for row in await ContactList.filter(campaign_id=member.campaign_id)} if list_id else {}
    if action_id and (action := actions.get(form.choice("action", words.gettext("Action"), actions))):
        return kind, {"action": action.id, **_users(wanted)}, action.title
    if list_id and (row := lists.get(form.choice("list", words.gettext("List"), lists))):
        return kind, {"filter": {"list": str(row.id)}}, row.name
    return kind, _users(wanted), ""


async def _check_ids(member: Membership, form: Form, kind: str) -> None:
    if not await for_upload.has_ids(member.campaign, kind):
        sentence = words.gettext("Nobody has a PDI ID: upload a list with a column pdi_id as a custom field first.")
        form.wrong("kind", sentence)


def _users(wanted: UserFilter) -> dict[str, Any]:
    return {"filter": wanted.asked()} if wanted.asked() else {}


@get("/exports/{export_id:int}")
async def export_page(request: Request, member: Membership, export_id: int) -> Response:
    """The export's progress; the fragment refreshes itself until it is over."""
    job = await finding.export_of(member, export_id)
    shown: dict[str, Any] = {"job": job, "size": await showing.size_of(job), "keeps": showing.KEPT_DAYS}
    shown["again"] = await showing.is_made_again(job)
    own = await history.of_whole(request, member, "export", job.id)
    return page(request, "admin/exports/export.html", "admin/exports/_export.html", history=own, **shown)


@post("/exports/{export_id:int}/cancellation")
async def cancel_export(request: Request, member: Membership, export_id: int) -> Response:
    job = await finding.export_of(member, export_id)
    await run.cancel(job, member)
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/exports/{job.id}")


@get("/exports/{export_id:int}/file", dependencies=proving.STAFF)
async def exported_file(request: Request, member: Membership, export_id: int) -> Response:
    """A finished export, or the part of it that is still missing, for the member who asked for it."""
    job, path = await finding.exported_file_of(member, export_id)
    day = member.campaign.local(job.created_at).date()
    sent = downloads.download(request, path, f"{job.kind}-{day}.{job.format}", TYPES[job.format])
    if sent.status_code in downloads.SENDS:
        await showing.note_download(job, member)
    return sent


@get("/exports/{export_id:int}/columns.csv")
async def columns_file(member: Membership, export_id: int) -> Response:
    """The meaning of each column of the file."""
    job = await finding.export_of(member, export_id)
    rows = [("column", "kind", "meaning"), *dictionary(run.source_of(job).columns)]
    headers = {"content-disposition": f'attachment; filename="{job.kind}-columns.csv"'}
    return Response(safe_cells.BOM + safe_cells.lines(rows), media_type=TYPES[CSV], headers=headers)


@post("/exports/schedules/{schedule_id:int}/end")
async def end_schedule(request: Request, member: Membership, schedule_id: int) -> Response:
    await schedules.end(await finding.schedule_of(member, schedule_id), member)
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/exports")


HANDLERS = [
    exports_page,
    start_export,
    start_export_of_contacts,
    export_page,
    cancel_export,
    exported_file,
    columns_file,
    end_schedule,
]
