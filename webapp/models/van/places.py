"""Which VAN has which states: the facts of each contact go to the VAN of their state (SPEC B3).

A VAN ID means nothing in another VAN. Contact.van says which VAN the contact's ID belongs to, once that may be another
than the VAN of their state. Nothing is sent by the ID to any other VAN.
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
from webapp.models.van import connection, whose_ids
from webapp.models.van.connection import MY_VOTERS, VanConnection
from webapp.models.van.whose_ids import REST

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
    """The words of a VAN's form. ``key``: a blank one leaves the one that is there. ``ids_too``: where a state comes
    from another VAN, the VAN IDs of its contacts are this VAN's. ``another``: adds one more VAN. ``take``: states of
    other VANs move here."""

    key: str
    mode: int
    name: str = ""
    states: frozenset[str] = frozenset([REST])
    ids_too: bool = False
    another: bool = False
    take: bool = False


@dataclass(frozen=True)
class Taken:
    """Another VAN has these states; nothing was stored. ``last``: states that can't just move, since their VAN would be
    left without any."""

    states: dict[str, str]  # state -> name of that VAN
    last: frozenset[str]


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


@dataclass(frozen=True)
class _Change:
    """``after``: as `covered` will be; `whose_ids.NOT_STORED` for a VAN to be made. ``taken``: states that come from other VANs."""

    used: VanConnection | None
    before: dict[str, int]
    after: dict[str, int]
    taken: dict[str, int]

    @property
    def van(self) -> int:
        return self.used.id if self.used else whose_ids.NOT_STORED


async def connect(by: Membership, used: VanConnection | None, wish: Wish) -> VanConnection | Taken:
    """Keeps key, mode, name and states of a VAN: of ``used``, of another one, or of the first. States of a VAN whose key was
    forgotten are free."""
    found = await _wished(by.campaign_id, used, wish)
    if isinstance(found, Taken):
        return found
    taker = found.van if wish.ids_too else 0
    await whose_ids.note_in_slices(by.campaign_id, found.before, found.after, taker)
    return await _connect(by, used, wish)


@transactional
async def _connect(by: Membership, used: VanConnection | None, wish: Wish) -> VanConnection | Taken:
    await database.lock(Lock.CONNECTING_VAN, by.campaign_id)
    found = await _wished(by.campaign_id, used, wish)
    if isinstance(found, Taken):
        return found
    row = await _stored(by, found.used, wish)
    own = VanState.filter(campaign_id=by.campaign_id)
    await own.filter(van=row.id).delete()
    await own.filter(state__in=list(wish.states)).delete()
    await VanState.bulk_create([VanState(campaign_id=by.campaign_id, van=row.id, state=s) for s in wish.states])
    after = await covered(by.campaign_id)
    await whose_ids.note_the_rest(by.campaign_id, found.before, after, row.id if wish.ids_too else 0)
    what = "MyVoters" if wish.mode == MY_VOTERS else "MyCampaign"
    states = " ".join(sorted(wish.states)) or "all others"
    subject = f"{wish.name}: {what}" if wish.name else what
    moved = {"moved": " ".join(found.taken)} if found.taken else {}
    about = [row.id, *sorted(set(found.taken.values()))]
    await audit.record(by, "van.connected", {"van": about}, subject, states=states, **moved)
    return row


async def _wished(campaign_id: int, used: VanConnection | None, wish: Wish) -> _Change | Taken:
    used = used or (None if wish.another else await connection.first_of(campaign_id))
    before = await covered(campaign_id)
    others = {one.id: one.name for one in await VanConnection.filter(campaign_id=campaign_id).exclude(key="")}
    if used:
        others.pop(used.id, None)
    taken = {state: before[state] for state in sorted(wish.states) if before.get(state) in others}
    emptied = set(taken.values()) - {van for state, van in before.items() if state not in wish.states}
    if taken and (emptied or not wish.take):
        last = frozenset(state for state, van in taken.items() if van in emptied)
        return Taken({state: others[van] for state, van in taken.items()}, last)
    van = used.id if used else whose_ids.NOT_STORED
    kept = {state: its for state, its in before.items() if its != van and state not in wish.states}
    return _Change(used, before, kept | dict.fromkeys(wish.states, van), taken)


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


@transactional
async def disconnect(by: Membership, row: VanConnection) -> None:
    """Forgets the key. Codes and facts sent stay as they are; nothing more is sent until there is a key again."""
    if await VanConnection.filter(id=row.id).exclude(key="").update(key="", lease="", leased_until=None):
        await audit.record(by, "van.disconnected", {"van": row.id}, row.name)


async def remove(by: Membership, row: VanConnection) -> bool:
    """Takes a VAN without a key off the pages: its states are free. False, and nothing is changed, while it has a key."""
    if await connection.with_key(row.id):
        return False
    before = await covered(by.campaign_id)
    after = {state: van for state, van in before.items() if van != row.id}
    await whose_ids.note_in_slices(by.campaign_id, before, after)
    return await _remove(by, row)


@transactional
async def _remove(by: Membership, row: VanConnection) -> bool:
    await database.lock(Lock.CONNECTING_VAN, by.campaign_id)
    if await connection.with_key(row.id):
        return False
    before = await covered(by.campaign_id)
    if await VanState.filter(campaign_id=by.campaign_id, van=row.id).delete():
        await whose_ids.note_the_rest(by.campaign_id, before, await covered(by.campaign_id))
        await audit.record(by, "van.removed", {"van": row.id}, row.name)
    return True


@dataclass(frozen=True)
class Place:
    """A VAN as pages show it. ``states``: two letters each."""

    row: VanConnection
    states: list[str]
    rest: bool


async def shown(campaign_id: int) -> list[Place]:
    """VANs with a key, or with states that wait for one; the one for all other states comes last."""
    states = await covered(campaign_id)  # first: a VAN that is added meanwhile has no state in it
    rows = await VanConnection.filter(campaign_id=campaign_id).order_by("id")
    has: dict[int, list[str]] = {row.id: [] for row in rows}
    for state, van in states.items():
        has[van].append(state)
    found = [Place(row, [s for s in has[row.id] if s], REST in has[row.id]) for row in rows if row.key or has[row.id]]
    return sorted(found, key=lambda place: place.rest)
