"""Two VANs: one of all states, one of Ohio; people in both, and how they move."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.cast.van import STRONG, WILL_VOTE, connects, maps, rating_of, send, tag_of
from webapp import clock
from webapp.database import transaction
from webapp.models.contacts.contact import Contact
from webapp.models.imports import store as storing
from webapp.models.imports.job import ContactImport
from webapp.models.imports.known import Known
from webapp.models.reports import editing, labelling
from webapp.models.van import connection, mapping, places
from webapp.models.van.connection import VanConnection
from webapp.models.van.places import Wish
from webapp.reader.rows import Row
from webapp.rules.contacts.contact_rows import Person
from webapp.simulator.van.store import KEY, Store
from webapp.workers.van import asking

OTHER_CODE = "activist_code:4001"
OHIO, PENN = "0", "1"  # the modes by which the simulator tells them apart


async def ohio_too(cast: Cast, ids_too: bool = False) -> VanConnection:
    """Beside the VAN of all states one for Ohio, with another code for the same tag."""
    found = await places.connect(
        cast.selina, None, Wish(KEY, connection.MY_VOTERS, "Ohio", frozenset(["OH"]), ids_too, another=True)
    )
    assert isinstance(found, VanConnection)
    await asking.ask_van({}, cast.meyer.id)
    await maps(cast, mapping.TAG, OTHER_CODE, (await tag_of(cast)).id, van=found.id)
    return found


async def person(cast: Cast, n: int, state: str, van_id: str) -> Contact:
    made = await cast.add_contact(f"+1412555{n:04}")
    await transaction(lambda: Contact.filter(id=made.id).update(state_abbrev=state, van_id=van_id))
    return await Contact.get(id=made.id)


async def tagged(cast: Cast, contact: Contact) -> None:
    await labelling.set_tag(await Contact.get(id=contact.id), await tag_of(cast), "volunteer", cast.amy.user)


async def move(cast: Cast, contact: Contact, **values: str) -> None:
    old = await Contact.get(id=contact.id)
    await editing.edit(contact.id, {"state_abbrev": old.state_abbrev, "van_id": old.van_id} | values, {}, cast.gary)


@pytest.fixture
async def two(cast: Cast, van: Store) -> VanConnection:
    """Meyer has a VAN for all states and one for Ohio; the people 101 to 103 are in both."""
    await connects(cast)
    await maps(cast, mapping.TAG, WILL_VOTE, (await tag_of(cast)).id)
    return await ohio_too(cast)


async def labelled(cast: Cast, contact: Contact) -> None:
    """Another fact of theirs, which both VANs have a code for."""
    rating = await rating_of(cast)
    for one in await connection.all_of(cast.meyer.id):
        await maps(cast, mapping.FIELD, STRONG, rating.id, "Strong Supporter", van=one.id)
    await labelling.set_field(contact.id, rating, "Strong Supporter", cast.amy.user_id)
    await send(cast)


async def brings(cast: Cast, of: VanConnection, contact: Contact, van_id: str, state: str = "") -> None:
    """A saved list of this VAN's with the contact's phone, this VAN ID of theirs, and their state where it has one."""
    job = ContactImport(campaign_id=cast.meyer.id, file_name="VAN: people", path="-", van=of.id, created_at=clock.now())
    job.campaign, job.contact_list = cast.meyer, cast.voters
    await transaction(job.save)
    values = {"van_id": van_id} | ({"state_abbrev": state} if state else {})
    row = Row(1, 0, 1, Person(phone=contact.phone, values=values, phone_id=int(van_id)))
    await transaction(lambda: storing.store(job, [row], Known(job)))
