"""The operations of bulk jobs (SPEC C5). Each runs in a slice's transaction, the slice's contacts locked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from webapp import clock, database
from webapp.database import packed
from webapp.database.packed import sql_time
from webapp.models.accounts.users import who_may_text
from webapp.models.actions import audience
from webapp.models.assignments import assigning
from webapp.models.bulk import within_limits
from webapp.models.bulk.job import ASSIGN, FIELD, LIST, MOST_MOMENTS, OPT_OUT, TAG, UNASSIGN, UNLIST, UNTAG, BulkJob
from webapp.models.contacts import many_at_once
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.opt_outs.many import opt_out_contacts, tag_contacts
from webapp.models.opt_outs.opt_out import FROM_ADMIN
from webapp.rules.speech.sentences import said


async def apply(job: BulkJob, ids: list[int]) -> int:
    """Does the job's operation to one slice. Returns the number of contacts it changed. Raises Impossible."""
    return await _OPERATIONS[job.kind](job, ids)


async def _assign(job: BulkJob, ids: list[int]) -> int:
    """``what``: users, mode, action (0: all running ones). Contacts with conversations to move are shared out evenly,
    by their position. In mode ALL the other contacts are shared out too, separately, for later actions."""
    users = await who_may_text(job.campaign_id, job.what["users"], lock=True)
    if not users:
        raise Impossible(said("None of those chosen may text any more. Choose someone else."))
    actions, mode = await assigning.actions_of(job.campaign_id, job.what["action"]), job.what["mode"]
    moving = await assigning.with_conversations(ids, actions, mode)
    resting = [n for n in ids if n not in moving] if mode == assigning.ALL else []
    may = await within_limits.holders(job, moving, actions, mode, users)
    moving = [n for n in moving if may[n]]
    shares = {n: assigning.pick(f"assign:{job.id}", job.changed + at, may[n]) for at, n in enumerate(moving)}
    shares |= {n: assigning.pick(f"keep:{job.id}", job.done - job.changed + at, users) for at, n in enumerate(resting)}
    touched = await assigning.give(shares, actions, mode, job.user, at := clock.now())
    job.what["moments"] = [*job.what.get("moments", [])[:MOST_MOMENTS], at.isoformat()]
    job.what["touched"] = sorted(touched | set(job.what.get("touched", [])))[:500]
    return len(moving)


async def _unassign(job: BulkJob, ids: list[int]) -> int:
    """``what``: the moments of the assignment and its user, and who is told of it."""
    moments = [datetime.fromisoformat(moment) for moment in job.what["moments"]]
    return len(await assigning.take_back(ids, moments, job.what["was_by"], job.user))


async def _tag(job: BulkJob, ids: list[int]) -> int:
    tag = await Tag.get(id=job.what["tag"], campaign_id=job.campaign_id)
    new, opted_out = await tag_contacts(job.campaign, {n: [tag] for n in ids}, FROM_ADMIN, job.user)
    await _note(new, job, "tag_set", tag.name)
    await audience.sync_after_tag(new, tag.id)
    return len(new) + opted_out


async def _untag(job: BulkJob, ids: list[int]) -> int:
    tag = await Tag.get(id=job.what["tag"], campaign_id=job.campaign_id)
    if tag.opts_out:
        raise Impossible(said("An opt-out is permanent: the Opt Out tag can't be removed."))
    taken = await many_at_once.remove_tag(ids, tag.id)
    await _note(taken, job, "tag_taken", tag.name)
    await audience.sync_after_tag(taken, tag.id)
    return len(taken)


async def _field(job: BulkJob, ids: list[int]) -> int:
    field, value = await CustomField.get(id=job.what["field"], campaign_id=job.campaign_id), job.what["value"]
    if value:
        rows = [{"contact_id": n, "field_id": field.id, "value": value} for n in ids]
        changed = await many_at_once.set_values(rows, job.user_id)
    else:
        changed = await many_at_once.clear_value(ids, field.id)
    await _note(changed, job, "field_set", f"{field.title}: {value or '-'}")
    await audience.sync_after_field(changed, field.id)
    return len(changed)


async def _list(job: BulkJob, ids: list[int]) -> int:
    new = await many_at_once.add_to_list(job.what["list"], ids)
    await _note(new, job, "listed", job.what["name"])
    await audience.sync_conversations(new)
    return len(new)


async def _unlist(job: BulkJob, ids: list[int]) -> int:
    taken = await many_at_once.remove_from_list(job.what["list"], ids)
    await _note(taken, job, "unlisted", job.what["name"])
    await audience.sync_conversations(taken)
    return len(taken)


async def _opt_out(job: BulkJob, ids: list[int]) -> int:
    return await opt_out_contacts(job.campaign, ids, FROM_ADMIN, job.user)


async def _note(ids: list[int], job: BulkJob, what: str, detail: str) -> None:
    if ids:
        await database.query(
            f"INSERT INTO contact_event (user_id, what, detail, at, contact_id) SELECT {packed.mark('integer')}, {packed.mark('text')},"
            f" {packed.mark('text')}, {packed.mark('timestamptz')}, r.contact_id FROM {packed.table('contact_id')} WHERE true",
            job.user_id,
            what,
            detail[:1000],
            sql_time(clock.now()),
            packed.rows({"contact_id": n} for n in ids),
        )


class Impossible(Exception):
    """The operation can't be done; the message says why. Slices done before stay done."""


_OPERATIONS: dict[str, Callable[[BulkJob, list[int]], Awaitable[int]]] = {
    ASSIGN: _assign,
    UNASSIGN: _unassign,
    TAG: _tag,
    UNTAG: _untag,
    FIELD: _field,
    LIST: _list,
    UNLIST: _unlist,
    OPT_OUT: _opt_out,
}
