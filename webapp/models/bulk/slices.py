"""Bulk jobs begun, and done in slices: one transaction a slice, which also moves the job's cursor (SPEC C5)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from webapp import clock
from webapp.database import transactional
from webapp.models import long_work
from webapp.models.accounts import audit
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership, User
from webapp.models.assignments import assigning
from webapp.models.bulk import operations, people_of
from webapp.models.bulk.job import ASSIGN, LIST, UNASSIGN, BulkJob
from webapp.models.contacts import many_at_once, search
from webapp.models.contacts.lists import ContactList
from webapp.models.long_work import DONE, RUNNING, Pace
from webapp.rules.contacts import contact_filter
from webapp.rules.results import people_behind

Which = contact_filter.Filter | list[int]
_NAMED: tuple[audit.Kind, ...] = ("list", "tag", "field")  # in what a job does, with an id
FEW = 100  # a job for fewer contacts has their ids in its audit note


async def start(kind: str, which: Which, what: dict[str, Any], subject: str, by: Membership) -> BulkJob:
    """Begins a job with its audit note. ``what["new_list"]`` names a list to create, which the contacts go on."""
    total = await how_many(by.campaign, which)  # a slow count: outside the transaction
    return await _start(kind, which, what, subject, total, by)


@transactional
async def _start(kind: str, which: Which, what: dict[str, Any], subject: str, total: int, by: Membership) -> BulkJob:
    if new := what.get("new_list"):
        what = {**what, "list": (await ContactList.make(by.campaign, new, "Selected from All Contacts")).id}
    job = await begin(by.campaign, by.user, kind, which, what, subject, total)
    noted = job.which if job.total < FEW else job.which.get("filter", {})
    about: audit.About = {"bulk": job.id, **{name: what[name] for name in _NAMED if name in what}}
    await audit.record(by, f"contacts.{kind}", about, subject, contacts=job.total, which=noted)
    return job


@transactional
async def undo(job: BulkJob, by: Membership) -> BulkJob | None:
    """Begins the undo of an assignment, for the same contacts; None where it can't be undone, or is already."""
    stored = await BulkJob.filter(id=job.id).select_for_update().get()
    if not stored.undoable:
        return None
    what = {name: stored.what.get(name, []) for name in ("users", "touched", "moments")} | {"was_by": stored.user_id}
    moments = [datetime.fromisoformat(moment) for moment in what["moments"]]
    ids = await assigning.moved_at(by.campaign_id, moments, stored.user_id)
    made = await BulkJob.create(
        campaign=by.campaign,
        user=by.user,
        kind=UNASSIGN,
        subject=stored.subject,
        which={"ids": ids},  # a filter may not find them any more
        what=what,
        total=len(ids),
        created_at=clock.now(),
    )
    stored.what["undone"] = made.id
    await stored.save(update_fields=["what"])
    await audit.record(by, "contacts.unassign", {"bulk": [stored.id, made.id]}, stored.subject, contacts=len(ids))
    return made


async def how_many(campaign: Campaign, which: Which) -> int:
    return len(which) if isinstance(which, list) else await search.count(campaign, which)


@transactional
async def begin(
    campaign: Campaign, user: User, kind: str, which: Which, what: dict[str, Any], subject: str = "", total: int = 0
) -> BulkJob:
    """``which``: ids of ticked contacts, or a filter, asked again at each slice among the contacts that exist now."""
    if isinstance(which, list):
        selection: dict[str, Any] = {"ids": sorted(set(which))}
    else:
        selection = {"filter": which.asked(), "through": await search.newest(campaign)}
    return await BulkJob.create(
        campaign=campaign,
        user=user,
        kind=kind,
        which=selection,
        what=what,
        subject=subject[:200],
        total=total or await how_many(campaign, which),
        created_at=clock.now(),
    )


@transactional
async def cancel(job: BulkJob, by: Membership) -> None:
    """Contacts done before stay done. A job that is over stays as it is, without an audit note."""
    if await long_work.cancel(job):
        await audit.record(by, "contacts.work_cancelled", {"bulk": job.id}, job.kind)


async def work(job_id: int, seconds: float) -> bool:
    """Does slices for ``seconds``, from where the last worker stopped. True while contacts are left."""
    job = await BulkJob.get(id=job_id)
    pace, deadline = Pace(), clock.steady() + seconds
    while not job.over:
        if clock.steady() > deadline:
            return True
        try:
            job = await pace.take(_slice(job_id, job.cursor, pace.size))
        except operations.Impossible as reason:
            await long_work.fail(job, str(reason))
            return False
    return False


@transactional
async def _slice(job_id: int, cursor: int, size: int) -> BulkJob:
    """The job after this slice. Does nothing where another worker took the slice or someone cancelled the job."""
    job = await BulkJob.filter(id=job_id).select_for_update().get()
    await job.fetch_related("campaign", "user")
    if job.over or job.cursor != cursor:
        return job
    ids, reached = await _next(job, size)
    now = clock.now()
    job.status, job.started_at, job.seen_at = RUNNING, job.started_at or now, now
    if ids:
        await many_at_once.lock_contacts(ids)
        job.changed += await operations.apply(job, ids)
        job.done += len(ids)
    if reached > job.cursor:
        job.stumbles, job.cursor = 0, reached
    else:
        job.status, job.ended_at = DONE, now
    await job.save()
    return job


async def _next(job: BulkJob, size: int) -> tuple[list[int], int]:
    """The slice's contacts, and the last contact looked at: the job's cursor where none is left."""
    if "people" in job.which and (those := people_behind.read(job.which["people"])):
        return await people_of.window(job.which["action"], those, job.cursor, size)
    ids = await _next_ids(job, size)
    return ids, ids[-1] if ids else job.cursor


async def _next_ids(job: BulkJob, size: int) -> list[int]:
    if "ids" in job.which:
        ticked = [n for n in job.which["ids"] if n > job.cursor][:size]
        return await search.own(job.campaign, ticked)
    wanted = contact_filter.read(job.which["filter"])
    return await search.ids(job.campaign, wanted, job.cursor, job.which["through"], size)


async def stumbled(job_id: int) -> None:
    await long_work.stumbled(BulkJob, job_id, "A fault of the site stopped this. Its log says more.")


async def users_to_nudge(job_id: int) -> list[int]:
    """Users whose inbox an assignment changed."""
    job = await BulkJob.get(id=job_id)
    return [*job.what["users"], *job.what.get("touched", [])] if job.kind in (ASSIGN, UNASSIGN) else []


async def grown_list(job_id: int) -> int:
    """The list the job added contacts to; 0 for other kinds of jobs."""
    job = await BulkJob.get(id=job_id)
    return job.what["list"] if job.kind == LIST else 0
