"""Contacts without a VAN ID, looked for in VAN by name and phone, where staff ask for it (SPEC B3).

One is taken only where VAN finds one person, and that person has the same last name and the same phone: never a guess.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tortoise import fields
from tortoise.models import Model

from webapp import clock, database
from webapp.database import packed, transactional
from webapp.models.accounts import audit
from webapp.models.accounts.users import Membership
from webapp.models.contacts.contact import Contact, ContactEvent
from webapp.models.van import connection, phones
from webapp.rules import names

WAITING, FOUND, NOBODY, ANOTHER, NO_NAME = "waiting", "found", "nobody", "another", "no_name"
MANY = 10_000  # looked for at once


class VanMatch(Model):
    """A contact who is looked for, or was. ``state``: NOBODY: VAN finds nobody, or several. ANOTHER: somebody with another phone or last
    name. NO_NAME: VAN wants a first and a last name."""

    id = fields.BigIntField(primary_key=True)
    campaign_id = fields.IntField()
    contact_id = fields.BigIntField(unique=True)
    state = fields.CharField(10, default=WAITING)
    at = fields.DatetimeField()

    class Meta:
        table = "van_match"


@dataclass(frozen=True)
class Wanted:
    """``phone``: ten digits."""

    contact_id: int
    first: str
    last: str
    phone: str
    zip: str
    email: str

    def phone_id_of(self, last: str, phones: Mapping[str, int]) -> int | None:
        """VAN's id of the phone, where the person with these ``phones`` and this ``last`` name is the contact. None: somebody
        else."""
        return phones.get(self.phone) if names.key(last) == names.key(self.last) else None


@transactional
async def ask(by: Membership) -> int:
    """Looks for everybody whose facts wait for a VAN ID, MANY at most. Returns how many."""
    rows = await database.query(
        "INSERT INTO van_match (campaign_id, contact_id, state, at)"
        f" SELECT DISTINCT c.campaign_id, c.id, '{WAITING}', {packed.mark('timestamptz')} FROM contact c"
        " JOIN (SELECT DISTINCT contact_id FROM van_fact WHERE campaign_id = ? AND state = 'no_id' ORDER BY contact_id"
        f" LIMIT {MANY}) f ON f.contact_id = c.id WHERE c.van_id = ''"
        f" ON CONFLICT (contact_id) DO UPDATE SET state = '{WAITING}', at = excluded.at RETURNING id",
        packed.sql_time(clock.now()),
        by.campaign_id,
    )
    if rows:
        await audit.record(by, "van.matching", "", contacts=len(rows))
    return len(rows)


async def due() -> list[int]:
    """Campaigns with somebody to look for."""
    rows = await database.query(
        "SELECT k.campaign_id FROM van_connection k WHERE EXISTS (SELECT 1 FROM van_match m WHERE m.campaign_id = k.campaign_id"
        f" AND m.state = '{WAITING}')"
    )
    return [row["campaign_id"] for row in rows]


@transactional
async def next_one(campaign_id: int, lease: str) -> Wanted | None:
    """The next contact to ask VAN about. None where there is none, or where the lease ended."""
    if not await connection.keep_lease(campaign_id, lease):
        return None
    while row := await VanMatch.filter(campaign_id=campaign_id, state=WAITING).order_by("id").first():
        contact = await Contact.get(id=row.contact_id)
        if contact.van_id:
            await _end(contact.id, FOUND)
        elif not contact.first_name or not contact.last_name:
            await _end(contact.id, NO_NAME)
        else:
            phone = contact.phone.removeprefix("+1")
            return Wanted(contact.id, contact.first_name, contact.last_name, phone, contact.zip[:5], contact.email)
    return None


@transactional
async def found(wanted: Wanted, van_id: int, phone_id: int, lease: str) -> None:
    """The contact gets the VAN ID, unless somebody changed phone, name or ID meanwhile, or VAN's key; the facts that waited are sent then."""
    contact = await Contact.locked(wanted.contact_id)
    if contact.van_id or (contact.last_name, contact.phone) != (wanted.last, "+1" + wanted.phone):
        return  # it waits, and is looked at anew
    if not await connection.keep_lease(contact.campaign_id, lease):
        return
    contact.van_id = str(van_id)
    await contact.save(update_fields=["van_id"])
    await phones.note([(contact.id, contact.van_id, contact.phone, phone_id)])
    await ContactEvent.note(contact.id, None, "edited", f"VAN ID {van_id}, found in VAN by name and phone")
    await _end(contact.id, FOUND)


@transactional
async def ended(wanted: Wanted, state: str) -> None:
    await _end(wanted.contact_id, state)


async def _end(contact_id: int, state: str) -> None:
    await VanMatch.filter(contact_id=contact_id).update(state=state, at=clock.now())


async def states(contact_ids: list[int]) -> dict[int, str]:
    return {one.contact_id: one.state for one in await VanMatch.filter(contact_id__in=contact_ids or [0])}
