"""Starts a follow-up action: the people behind a number of an action become a list and a draft in one step (SPEC R6)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from tortoise.exceptions import IntegrityError

from webapp import clock, database
from webapp.database import transactional
from webapp.database.locks import Lock
from webapp.models import long_work
from webapp.models.accounts import audit
from webapp.models.accounts.users import Membership
from webapp.models.actions import copying
from webapp.models.actions.action import Action
from webapp.models.bulk import people_of
from webapp.models.bulk.job import LIST, BulkJob
from webapp.models.contacts import lists
from webapp.models.contacts.lists import ContactList
from webapp.models.scripts import publishing
from webapp.rules.results.people_behind import People


@dataclass(frozen=True)
class NameTaken:
    """Another list in use has the name; these people would be mixed with the people on it."""


async def start(
    action: Action, people: People, in_words: str, name: str, by: Membership, client_id: uuid.UUID
) -> BulkJob | NameTaken:
    """Makes the list and the draft, both called ``name``, and the job that fills the list; the caller nudges the
    worker. ``in_words``: the people in words, for the list's page. ``client_id``: the form's; the same form again gets
    the first answer."""
    found = await people_of.counted(action, people)  # may be slow: outside the transaction
    try:
        return await _start(action, people, in_words, name, by, client_id, found.may)
    except IntegrityError:
        return await BulkJob.get(client_id=client_id, campaign_id=action.campaign_id)


@transactional
async def _start(
    action: Action, people: People, in_words: str, name: str, by: Membership, client_id: uuid.UUID, total: int
) -> BulkJob | NameTaken:
    await database.lock(Lock.NAMING_LISTS, action.campaign_id)
    if before := await BulkJob.get_or_none(client_id=client_id, campaign_id=action.campaign_id):
        return before
    if await lists.name_taken(action.campaign_id, name):
        return NameTaken()
    made = await ContactList.make(action.campaign, name, in_words)
    draft = await copying.begin_another(action, name, made)
    job = await BulkJob.create(
        campaign=action.campaign,
        user=by.user,
        kind=LIST,
        subject=name,
        which={"people": people.key, "action": action.id},
        what={"list": made.id, "name": name, "draft": draft.id},
        total=total,
        client_id=client_id,
        created_at=clock.now(),
    )
    about: audit.About = {"action": [action.id, draft.id], "list": made.id, "bulk": job.id}
    await audit.record(by, "action.followed_up", about, action.title, made=name, of=in_words, contacts=total)
    return job


@transactional
async def undo(job: BulkJob, by: Membership) -> bool:
    """Archives the draft and its list, and ends the job if it still runs. False where the job made no draft, or the
    draft was published meanwhile: then staff archive it on its own page."""
    draft = await Action.get_or_none(id=job.what.get("draft", 0), campaign_id=by.campaign_id).select_related("campaign")
    if draft is None or draft.live:
        return False
    await long_work.cancel(job)
    if draft.archived_at is None:
        await publishing.archive(draft, by)
    made = await ContactList.get(id=job.what["list"])
    if made.archived_at is None:
        await lists.archive(made, by)
    return True
