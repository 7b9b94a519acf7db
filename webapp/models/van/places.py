"""Which VAN has which states: the facts of each contact go to the VAN of their state (SPEC B3).

A VAN ID means nothing in another VAN. So a contact knows whose theirs is (Contact.van) as soon as it may be another's than that of
their state, and nothing is sent by it to any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tortoise import fields
from tortoise.models import Model

from webapp import clock, database
from webapp.database import transactional
from webapp.database.locks import Lock
from webapp.models.accounts import audit
from webapp.models.accounts.users import Membership
from webapp.models.contacts.contact import Contact
from webapp.models.logins import sealed
from webapp.models.van import connection
from webapp.models.van.connection import MY_VOTERS, VanConnection
from webapp.models.van.fact import NO_ID, NO_VAN, WAITING, VanFact

REST = ""  # all states that no other VAN has
MOST = 60  # VANs of a campaign


class VanState(Model):
    """``state``: two letters, or REST."""

    id = fields.IntField(primary_key=True)
    campaign_id = fields.IntField()
    van = fields.IntField()
    state = fields.CharField(2)

    class Meta:
        table = "van_state"


@dataclass(frozen=True)
class Wish:
    """The words of a VAN's form. ``key``: a blank one leaves the one that is there. ``ids_too``: where a state comes from another VAN,
    the VAN IDs that its contacts have are this VAN's. ``another``: one more VAN, beside what is there."""

    key: str
    mode: int
    name: str = ""
    states: frozenset[str] = frozenset([REST])
    ids_too: bool = False
    another: bool = False


@dataclass(frozen=True)
class Taken:
    """Another VAN has these states; nothing was stored."""

    states: dict[str, str]  # state -> name of that VAN


async def covered(campaign_id: int) -> dict[str, int]:
    """State -> VAN."""
    return {one.state: one.van for one in await VanState.filter(campaign_id=campaign_id).order_by("state")}


async def of_contact(contact: Contact) -> int | None:
    """The VAN of their state."""
    wanted = {contact.state_abbrev, REST}
    found = {s.state: s.van for s in await VanState.filter(campaign_id=contact.campaign_id, state__in=wanted)}
    return of_state(contact.state_abbrev, found)


def of_state(state: str, covered: Mapping[str, int]) -> int | None:
    """The VAN of this state: by its own row, else by the one for all others. ``covered``: state -> VAN."""
    return covered.get(state) or covered.get(REST)


def has_id_of(contact: Contact, van: int) -> bool:
    """Is the contact's VAN ID one of this VAN, where that is the VAN of their state?"""
    return bool(contact.van_id) and contact.van in (None, van)


@transactional
async def connect(by: Membership, used: VanConnection | None, wish: Wish) -> VanConnection | Taken:
    """Keeps key, mode, name and states of a VAN: of ``used``, of another one, or of the first. States of a VAN whose key was
    forgotten are free."""
    await database.lock(Lock.CONNECTING_VAN, by.campaign_id)
    used = used or (None if wish.another else await connection.first_of(by.campaign_id))
    before = await covered(by.campaign_id)
    others = {one.id: one.name for one in await VanConnection.filter(campaign_id=by.campaign_id).exclude(key="")}
    if used:
        others.pop(used.id, None)
    if taken := {state: others[before[state]] for state in wish.states if before.get(state) in others}:
        return Taken(taken)
    row = await _stored(by, used, wish)
    await _cover(row, before, wish)
    what = "MyVoters" if wish.mode == MY_VOTERS else "MyCampaign"
    states = " ".join(sorted(wish.states)) or "all others"
    subject = f"{wish.name}: {what}" if wish.name else what
    await audit.record(by, "van.connected", {"van": row.id}, subject, states=states)
    return row


async def _stored(by: Membership, used: VanConnection | None, wish: Wish) -> VanConnection:
    found = await VanConnection.filter(id=used.id).select_for_update().first() if used else None
    row = found or VanConnection(campaign_id=by.campaign_id, key="")
    row.lease, row.leased_until = "", None  # whoever sends by the key and mode of before stops
    if wish.key:
        row.key = sealed.seal(wish.key)
    row.name, row.mode, row.asked_at = wish.name, wish.mode, clock.now()
    row.trouble, row.why, row.rest_until, row.fails = "", "", None, 0
    await row.save()
    return row


async def _cover(row: VanConnection, before: dict[str, int], wish: Wish) -> None:
    own = VanState.filter(campaign_id=row.campaign_id)
    await own.filter(van=row.id).delete()
    await own.filter(state__in=list(wish.states)).delete()
    await VanState.bulk_create([VanState(campaign_id=row.campaign_id, van=row.id, state=s) for s in wish.states])
    after = await covered(row.campaign_id)
    if before == after:
        return
    if before:
        await _keep_ids(row, _case(before), _case(after), wish.ids_too)
    facts = VanFact.filter(campaign_id=row.campaign_id, state__in=[WAITING, NO_ID, NO_VAN])
    await facts.update(state=WAITING, due_at=None)


async def _keep_ids(row: VanConnection, before: str, after: str, ids_too: bool) -> None:
    """VAN IDs of contacts whose state goes to another VAN now stay those of the VAN of before, but for ``ids_too``."""
    moved = f"campaign_id = ? AND van_id <> '' AND van IS NULL AND {before} <> COALESCE({after}, 0)"
    if ids_too:
        taken = f"SELECT id FROM contact WHERE {moved} AND {after} = ?"
        forgotten = f"DELETE FROM van_person WHERE contact_id IN ({taken})"  # the other VAN's ids of phones
        await database.query(forgotten, row.campaign_id, row.id)
        moved += f" AND COALESCE({after}, 0) <> {row.id}"
    await database.query(f"UPDATE contact SET van = {before} WHERE {moved}", row.campaign_id)


def _case(covered: dict[str, int]) -> str:
    """SQL for the VAN of a contact's state; the states are two letters of our own list."""
    whens = "".join(f" WHEN '{state}' THEN {van}" for state, van in covered.items() if state != REST)
    rest = str(covered.get(REST, "NULL"))
    return f"CASE state_abbrev{whens} ELSE {rest} END" if whens else f"CAST({rest} AS integer)"


@transactional
async def disconnect(by: Membership, row: VanConnection) -> None:
    """Forgets the key. Codes and facts sent stay as they are; nothing more is sent until there is a key again."""
    if await VanConnection.filter(id=row.id).exclude(key="").update(key="", lease="", leased_until=None):
        await audit.record(by, "van.disconnected", {"van": row.id}, row.name)


@dataclass(frozen=True)
class Place:
    """A VAN as pages show it. ``states``: two letters each."""

    row: VanConnection
    states: list[str]
    rest: bool


async def shown(campaign_id: int) -> list[Place]:
    """Those with a key, or with states that wait for one; the one for all other states last."""
    states = await covered(campaign_id)  # first: a VAN that is added meanwhile has no state in it
    rows = await VanConnection.filter(campaign_id=campaign_id).order_by("id")
    has: dict[int, list[str]] = {row.id: [] for row in rows}
    for state, van in states.items():
        has[van].append(state)
    found = [Place(row, [s for s in has[row.id] if s], REST in has[row.id]) for row in rows if row.key or has[row.id]]
    return sorted(found, key=lambda place: place.rest)
