"""Contacts without a VAN ID are looked for in VAN, and never guessed (SPEC B3)."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.cast.site import OFFICE, Browser, audited
from tests.cast.van import connects, fact, maps_all, said, send, set_key, tag_of, the_van
from webapp.database import transaction
from webapp.models.contacts.contact import Contact, ContactEvent
from webapp.models.reports import labelling
from webapp.models.van import connection, matching
from webapp.models.van.fact import NO_ID, SENT, VanPerson
from webapp.models.van.matching import ANOTHER, FOUND, NO_NAME, NOBODY, WAITING, VanMatch
from webapp.simulator.van.store import Store
from webapp.workers.van import sending as jobs

pytestmark = pytest.mark.both
PHONE, VAN_ID = "4125550177", 177


@pytest.fixture
async def kent(cast: Cast, van: Store) -> Contact:
    """Kent has a tag that leads to a code, and no VAN ID."""
    await connects(cast)
    await maps_all(cast)
    kent = await cast.add_contact("+1" + PHONE)
    await transaction(lambda: Contact.filter(id=kent.id).update(first_name="Kent", last_name="Davison"))
    kent = await Contact.get(id=kent.id)
    await labelling.set_tag(kent, await tag_of(cast), "volunteer", cast.amy.user)
    await send(cast)
    assert (await fact(contact_id=kent.id)).state == NO_ID
    return kent


async def look(cast: Cast) -> str:
    await matching.ask(cast.gary)
    await jobs.send_to_van({}, cast.meyer.id)
    return (await VanMatch.get()).state


def in_van(van: Store, van_id: int, phone: str, first: str = "Kent", last: str = "Davison") -> None:
    van.add_person(van_id, phone)
    van.names[van_id] = (first, last)


async def test_the_one_with_the_same_name_and_phone_is_found_and_what_waited_is_sent(
    cast: Cast, van: Store, kent: Contact
) -> None:
    in_van(van, VAN_ID, PHONE)
    assert await look(cast) == FOUND
    await kent.refresh_from_db()
    assert kent.van_id == str(VAN_ID)
    assert (await VanPerson.get(contact_id=kent.id)).phone_id == 50_000 + VAN_ID
    assert "VAN ID 177" in (await ContactEvent.filter(contact_id=kent.id).order_by("-id").first()).detail  # type: ignore[union-attr]
    await send(cast)
    assert (await fact(contact_id=kent.id)).state == SENT and said(van)[0][0] == VAN_ID


@pytest.mark.parametrize(
    ("people", "state"),
    [([], NOBODY), ([(1, "4125550999"), (2, "4125550998")], NOBODY), ([(1, "4125550999")], ANOTHER)],
)
async def test_nobody_is_taken_who_is_not_surely_the_same(
    cast: Cast, van: Store, kent: Contact, people: list[tuple[int, str]], state: str
) -> None:
    for van_id, phone in people:
        in_van(van, van_id, phone)
    assert await look(cast) == state
    await kent.refresh_from_db()
    assert kent.van_id == "" and (await fact(contact_id=kent.id)).state == NO_ID


async def test_who_has_no_last_name_is_not_looked_for(cast: Cast, van: Store, kent: Contact) -> None:
    await transaction(lambda: Contact.filter(id=kent.id).update(last_name=""))
    assert await look(cast) == NO_NAME


@pytest.mark.parametrize("fault", ["503", "429", "lost"])
async def test_while_van_is_away_they_wait_and_are_looked_for_again(
    cast: Cast, van: Store, kent: Contact, fault: str
) -> None:
    in_van(van, VAN_ID, PHONE)
    van.faults.append(fault)
    assert await look(cast) == WAITING
    await transaction(lambda: connection.VanConnection.all().update(rest_until=None))
    await jobs.send_to_van({}, cast.meyer.id)
    assert (await VanMatch.get()).state == FOUND


async def test_a_change_meanwhile_is_not_overwritten(cast: Cast, van: Store, kent: Contact) -> None:
    await matching.ask(cast.gary)
    lease = await connection.take_lease((await the_van(cast)).id) or ""
    wanted = await matching.next_one((await the_van(cast)).id, lease)
    assert wanted
    await transaction(lambda: Contact.filter(id=kent.id).update(van_id="9"))
    await matching.found(wanted, VAN_ID, 1, lease)
    await kent.refresh_from_db()
    assert kent.van_id == "9"


async def test_a_van_id_of_another_database_is_not_stored(cast: Cast, van: Store, kent: Contact) -> None:
    await matching.ask(cast.gary)
    lease = await connection.take_lease((await the_van(cast)).id) or ""
    wanted = await matching.next_one((await the_van(cast)).id, lease)
    assert wanted
    await set_key(cast.selina, "", connection.MY_VOTERS)
    await matching.found(wanted, VAN_ID, 1, lease)
    await kent.refresh_from_db()
    assert kent.van_id == "" and (await VanMatch.get()).state == WAITING


async def test_the_page_offers_it_and_says_what_came_of_it(
    cast: Cast, van: Store, kent: Contact, browse: Browser
) -> None:
    gary = await browse(cast.gary)
    where = OFFICE + "/van?show=no_id"
    assert "Find these people in VAN" in (await gary.get(where)).text
    answer = await gary.post(OFFICE + "/van/matching")
    assert answer.status_code == 303 and await audited("van.matching") == 1
    assert "VAN is being asked for this person." in (await gary.get(where)).text
    await jobs.sweep_van({})
    await jobs.send_to_van({}, cast.meyer.id)
    assert "VAN finds nobody with this name and phone" in (await gary.get(where)).text


async def test_another_campaign_s_people_are_not_looked_for(cast: Cast, van: Store, kent: Contact) -> None:
    assert await matching.ask(cast.jonah) == 0
