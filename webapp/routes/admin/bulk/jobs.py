"""Bulk jobs: asked for in a form, done by a worker, watched on a page of their own (SPEC C5, G2)."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get, post

from webapp import queue, words
from webapp.access import finding
from webapp.http.forms import Form
from webapp.http.pages import go_to, page
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import Action
from webapp.models.assignments import assigning
from webapp.models.bulk import slices
from webapp.models.bulk.job import ASSIGN, KINDS, BulkJob
from webapp.models.contacts import search
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.contacts.lists import ContactList
from webapp.routes.admin.accounts import history
from webapp.routes.admin.bulk import asked
from webapp.routes.admin.contacts import filter_words
from webapp.rules.contacts.contact_filter import MANY, Filter

EXPORT = "export"  # chosen like a bulk job; its form goes to exports.py
MOST = 500  # choices in a drop-down


@get("/contacts/bulk/new")
async def new_job(request: Request, member: Membership) -> Response:
    """The form of one kind of job, for the contacts selected: ticked ones, or all that a filter finds."""
    return await ask(request, member, Form(request.query_params))


async def ask(request: Request, member: Membership, form: Form, status: int = 200) -> Response:
    """The page with the form, and what is wrong in it."""
    which, kind = await asked.chosen(member, form), form.choice("kind", words.gettext("What to do"), (*KINDS, EXPORT))
    if kind == EXPORT:
        asked.check_export(member, form, which)
    few = await _few(member, which) if kind == ASSIGN else None
    return page(
        request,
        "admin/bulk/new.html",
        status_code=status,
        form=form,
        kind=kind,
        number=len(few) if few is not None else await slices.how_many(member.campaign, which),
        filtered=which.asked() if isinstance(which, Filter) else {},
        filter_words=await filter_words.in_words(member, which) if isinstance(which, Filter) else [],
        ids=which if isinstance(which, list) else [],
        holders=await asked.holders(member),
        about=await assigning.assignment_of(member.campaign_id, few) if few is not None else None,
        **await _choices(member),
    )


async def _few(member: Membership, which: Filter | list[int]) -> list[int] | None:
    """The contacts an assignment is about, whose conversations and texts are then counted; None where they are more than
    MANY."""
    newest = 2**62
    found = which if isinstance(which, list) else await search.ids(member.campaign, which, 0, newest, MANY + 1)
    return found if len(found) <= MANY else None


async def _choices(member: Membership) -> dict[str, Any]:
    own = {"campaign_id": member.campaign_id, "archived_at": None}
    actions = await Action.filter(**own, of_opt_in=False).order_by("-id").limit(MOST)
    return {
        "tags": await Tag.filter(**own),
        "fields": await CustomField.filter(**own),
        "lists": await ContactList.filter(**own).order_by("-id").limit(MOST),
        "action_choices": [(action.id, action.title) for action in actions if action.live],
    }


@post("/contacts/bulk")
async def start_job(request: Request, member: Membership) -> Response:
    form = Form(await request.form())
    which, kind = await asked.chosen(member, form), form.choice("kind", words.gettext("What to do"), KINDS)
    asked.check(form, which, kind)
    what, subject = await asked.ASKED[kind](member, form)
    if not form:
        return await ask(request, member, form, status=422)
    job = await slices.start(kind, which, what, subject, member)
    await queue.run_bulk(job.id)
    return _to(request, member, job)


@get("/bulk/{job_id:int}")
async def job_page(request: Request, member: Membership, job_id: int) -> Response:
    """The job's progress; the fragment refreshes itself until the job is over."""
    job = await finding.bulk_job_of(member, job_id)
    own = await history.of_whole(request, member, "bulk", job.id)
    return page(request, "admin/bulk/job.html", "admin/bulk/_job.html", job=job, history=own)


@post("/bulk/{job_id:int}/cancellation")
async def cancel_job(request: Request, member: Membership, job_id: int) -> Response:
    job = await finding.bulk_job_of(member, job_id)
    await slices.cancel(job, member)
    return _to(request, member, job)


def _to(request: Request, member: Membership, job: BulkJob) -> Response:
    return go_to(request, f"/c/{member.campaign.slug}/admin/bulk/{job.id}")


@post("/bulk/{job_id:int}/assignment/end")
async def undo_job(request: Request, member: Membership, job_id: int) -> Response:
    """Takes an assignment back, as far as nobody has done anything with it."""
    job = await finding.bulk_job_of(member, job_id)
    made = await slices.undo(job, member)
    if made:
        await queue.run_bulk(made.id)
    return _to(request, member, made or job)


HANDLERS = [new_job, start_job, job_page, cancel_job, undo_job]
