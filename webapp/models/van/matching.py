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
from webapp.database.noting import van_sql
from webapp.models.accounts import audit
from webapp.models.accounts.users import Membership
from webapp.models.contacts.contact import Contact, ContactEvent
from webapp.models.van import connection, phones, places
from webapp.rules import names

WAITING, FOUND, NOBODY, ANOTHER, NO_NAME = "waiting", "found", "nobody", "another", "no_name"
MANY = 10_000  # looked for at once


class VanMatch(Model):
    """A contact who is looked for, or was. ``state``: NOBODY where VAN finds nobody, or several people; ANOTHER where
    it finds somebody with another phone or last name; NO_NAME where the contact lacks a first or last name, which VAN
    wants."""

    id = fields.BigIntField(primary_key=True)
    campaign_id = fields.IntField()
    van = fields.IntField(default=0, db_default=0)
    contact_id = fields.BigIntField(unique=True)
    state = fields.CharField(10, default=WAITING)
    at = fields.DatetimeField()

    class Meta:
        table = "van_match"


@dataclass(frozen=True)
class Wanted:
    """``phone``: ten digits. ``van``: where they are looked for."""

    contact_id: int
    van: int
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
    """Looks for everybody whose facts wait for a VAN ID, each in the VAN of their state, MANY at most. Returns how many."""
    van = van_sql("c")
    rows = await database.query(
        "INSERT INTO van_match (campaign_id, van, contact_id, state, at)"
        f" SELECT DISTINCT c.campaign_id, {van}, c.id, '{WAITING}', {packed.mark('timestamptz')} FROM contact c"
        " JOIN (SELECT DISTINCT contact_id FROM van_fact WHERE campaign_id = ? AND state = 'no_id' ORDER BY contact_id"
        f" LIMIT {MANY}) f ON f.contact_id = c.id WHERE {van} IS NOT NULL AND (c.van_id = '' OR c.van <> {van})"
        f" ON CONFLICT (contact_id) DO UPDATE SET van = excluded.van, state = '{WAITING}', at = excluded.at RETURNING van",
        packed.sql_time(clock.now()),
        by.campaign_id,
    )
    if rows:
        await audit.record(by, "van.matching", {"van": sorted({row["van"] for row in rows})}, contacts=len(rows))
    return len(rows)


async def due() -> list[int]:
    """Campaigns with somebody to look for."""
    rows = await database.query(
        "SELECT DISTINCT k.campaign_id FROM van_connection k WHERE k.key <> '' AND EXISTS"
        f" (SELECT 1 FROM van_match m WHERE m.van = k.id AND m.state = '{WAITING}')"
    )
    return [row["campaign_id"] for row in rows]


@transactional
async def next_one(van: int, lease: str) -> Wanted | None:
    """The next contact to ask this VAN about. None where there is none, or where the lease ended."""
    if not await connection.keep_lease(van, lease):
        return None
    while row := await VanMatch.filter(van=van, state=WAITING).order_by("id").first():
        contact = await Contact.get(id=row.contact_id)
        if (theirs := await places.of_contact(contact)) != van:
            await _look_there(row, theirs)
        elif places.has_id_of(contact, van):
            await _end(contact.id, FOUND)
        elif not contact.first_name or not contact.last_name:
            await _end(contact.id, NO_NAME)
        else:
            phone = contact.phone.removeprefix("+1")
            return Wanted(contact.id, van, contact.first_name, contact.last_name, phone, contact.zip[:5], contact.email)
    return None


async def _look_there(row: VanMatch, van: int | None) -> None:
    """The contact moved: asks the VAN of their new state instead, if there is one."""
    await VanMatch.filter(id=row.id).update(van=van or 0, state=WAITING if van else NOBODY)


@transactional
async def found(wanted: Wanted, van_id: int, phone_id: int, lease: str) -> None:
    """The contact gets the VAN ID, unless somebody changed phone, name or ID meanwhile, or VAN's key; the facts that waited are sent then."""
    contact = await Contact.locked(wanted.contact_id)
    theirs = await places.of_contact(contact)
    if (
        theirs != wanted.van
        or places.has_id_of(contact, wanted.van)
        or (contact.last_name, contact.phone) != (wanted.last, "+1" + wanted.phone)
    ):
        return  # it waits, and is looked at again
    if not await connection.keep_lease(wanted.van, lease):
        return
    contact.van_id, contact.van = str(van_id), wanted.van
    await contact.save(update_fields=["van_id", "van"])
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
