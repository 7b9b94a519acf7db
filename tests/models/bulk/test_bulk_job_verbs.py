"""Bulk jobs begun and cancelled by verbs that a command could call, each with its audit note (SPEC C5)."""

from __future__ import annotations

from tests.cast import Cast
from webapp.models.accounts.audit import AuditEvent
from webapp.models.bulk import slices
from webapp.models.bulk.job import LIST
from webapp.models.contacts.lists import ContactList, ListMembership
from webapp.rules.contacts.contact_filter import Filter


async def noted(what: str) -> AuditEvent:
    return await AuditEvent.get(what=what)


async def test_a_job_for_a_new_list_creates_it_and_notes_whom_it_was_for(cast: Cast) -> None:
    job = await slices.start(LIST, [cast.lisa.id], {"new_list": "Ours", "name": "Ours"}, "Ours", cast.gary)
    while await slices.work(job.id, 60):
        continue
    made = await ContactList.get(name="Ours")
    assert await ListMembership.filter(contact_list=made).values_list("contact_id", flat=True) == [cast.lisa.id]
    assert (await noted("contacts.list")).detail == {"contacts": 1, "which": {"ids": [cast.lisa.id]}}
    await slices.cancel(job, cast.gary)
    assert await AuditEvent.filter(what="contacts.work_cancelled").count() == 0, "it was over already"


async def test_a_cancelled_job_notes_who_cancelled_it(cast: Cast) -> None:
    job = await slices.start(LIST, Filter(), {"list": cast.voters.id, "name": "V"}, "V", cast.gary)
    await slices.cancel(job, cast.gary)
    assert (await noted("contacts.work_cancelled")).user_id == cast.gary.user_id  # type: ignore[attr-defined]
    assert not await slices.work(job.id, 60)
