"""Assigns a single contact, by the same work as many (SPEC G2)."""

from __future__ import annotations

from typing import Any

from webapp.database import transactional
from webapp.models.accounts import audit
from webapp.models.accounts.users import Membership
from webapp.models.bulk import slices
from webapp.models.bulk.job import ASSIGN, BulkJob

SECONDS = 5.0  # one contact takes milliseconds; a job finishes what takes longer


async def assign(contact_id: int, to: dict[str, Any], name: str, by: Membership) -> BulkJob:
    """The contact's conversations, and those to come. ``to``: users, action and mode (`operations`), ``name`` of whom in
    words. Done when this returns, and a job tells those whose inbox changed."""
    work = await _begin(contact_id, to, name, by)
    await slices.work(work.id, SECONDS)
    return work


@transactional
async def _begin(contact_id: int, to: dict[str, Any], name: str, by: Membership) -> BulkJob:
    await audit.note(by.campaign, by.user, "contacts.assign", name, contacts=1)
    return await slices.begin(by.campaign, by.user, ASSIGN, [contact_id], to, name)
