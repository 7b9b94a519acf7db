"""Assigns a single contact, by a bulk job for one (SPEC G2)."""

from __future__ import annotations

from typing import Any

from webapp.database import transactional
from webapp.models.accounts import audit
from webapp.models.accounts.users import Membership
from webapp.models.bulk import slices
from webapp.models.bulk.job import ASSIGN, BulkJob

SECONDS = 5.0  # one contact takes milliseconds


async def assign(contact_id: int, to: dict[str, Any], name: str, by: Membership) -> BulkJob:
    """Assigns the contact's conversations, now and in later actions. ``to``: users, action and mode, as in `operations`.
    ``name``: the user's or user list's. A nudge of the job afterwards tells users whose inbox changed."""
    job = await _begin(contact_id, to, name, by)
    await slices.work(job.id, SECONDS)
    return await BulkJob.get(id=job.id)


@transactional
async def _begin(contact_id: int, to: dict[str, Any], name: str, by: Membership) -> BulkJob:
    job = await slices.begin(by.campaign, by.user, ASSIGN, [contact_id], to, name)
    await audit.record(by, "contacts.assign", {"contact": contact_id, "bulk": job.id}, name, contacts=1)
    return job
