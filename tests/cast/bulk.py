"""Work on many contacts, done to its end."""

from __future__ import annotations

from typing import Any

from tests.cast import Cast
from webapp.models.accounts.users import Membership
from webapp.models.bulk import slices
from webapp.models.bulk.job import BulkJob
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.lists import ContactList
from webapp.rules.contacts.contact_filter import Filter

EVERYONE = Filter()


async def work(cast: Cast, kind: str, what: dict[str, Any], which: Filter | list[int] = EVERYONE) -> BulkJob:
    """Gary's work of this kind, for Meyer's contacts."""
    begun = await slices.begin(cast.meyer, cast.gary.user, kind, which, what)
    return await finish(begun.id)


async def finish(job_id: int) -> BulkJob:
    while await slices.work(job_id, 60):
        continue
    return await BulkJob.get(id=job_id)


async def finish_work() -> BulkJob:
    """The newest work, as a worker does it."""
    newest = await BulkJob.all().order_by("-id").first()
    assert newest
    return await finish(newest.id)


async def people(cast: Cast, number: int) -> list[Contact]:
    """So many more on the voters' list, with conversations."""
    made = [await cast.add_contact(f"+1412555{1200 + n}", first_name=f"P{n}") for n in range(number)]
    await cast.make()
    return made


def assign(*members: Membership, action: int = 0, mode: str = "all") -> dict[str, Any]:
    return {"users": [m.user_id for m in members], "action": action, "mode": mode}


async def off_list(cast: Cast, *contacts: Contact) -> BulkJob:
    """These leave the voters' list, which is the action's only one."""
    return await work(cast, "unlist", on(cast.voters), [c.id for c in contacts])


def on(contact_list: ContactList) -> dict[str, Any]:
    return {"list": contact_list.id, "name": contact_list.name}
