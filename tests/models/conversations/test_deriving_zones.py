"""Stored contacts get the zones that the tables of zones give them now (SPEC S1)."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from webapp.database import transaction
from webapp.models import long_work
from webapp.models.cards import closed
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.zones import ZoneDerivation, ZoneSet, zones_of
from webapp.models.conversations import deriving_zones
from webapp.models.conversations.conversation import Conversation
from webapp.rules.contacts import contact_zones
from webapp.workers import conversations as jobs

pytestmark = pytest.mark.both


async def kai(cast: Cast, phone: str = "+14155550142") -> Contact:
    """Kai in Hawaii, with a number of California: stored by tables that threw Hawaii away."""
    contact = await cast.add_contact(phone, first_name="Kai", state_abbrev="HI")
    await cast.make()
    assert (await zones(cast, contact)) == ("America/Los_Angeles",)
    return contact


async def zones(cast: Cast, contact: Contact) -> tuple[str, ...]:
    return await zones_of(cast.meyer, (await Contact.get(id=contact.id)).zone_set_id)


async def test_a_contact_and_its_conversations_get_the_hours_of_their_state(cast: Cast) -> None:
    contact = await kai(cast)
    assert await deriving_zones.derive_some(60) is False
    found = await Contact.get(id=contact.id)
    assert (await zones(cast, contact), found.zone_source) == (("Pacific/Honolulu",), "state")
    assert (await cast.conversation(contact)).zone_set_id == found.zone_set_id
    assert (await ZoneDerivation.get(id=1)).changed == 1


async def test_who_was_texted_at_half_past_four_in_the_morning_sleeps(cast: Cast) -> None:
    contact = await kai(cast)
    await deriving_zones.derive_some(60)
    group = next(group for group in await closed.asleep(cast.action, None) if group.zones == ("Pacific/Honolulu",))
    assert group.people == 1 and await Conversation.filter(contact=contact, texted_at=None).exists()


async def test_a_zone_that_nothing_speaks_for_any_more_is_forgotten(cast: Cast) -> None:
    contact = await cast.add_contact("+18005550142", first_name="Kai")
    await cast.make()
    guam = await transaction(lambda: ZoneSet.id_of(("Pacific/Guam",)))
    for rows in (Contact.filter(id=contact.id), Conversation.filter(contact_id=contact.id)):
        await transaction(lambda rows=rows: rows.update(zone_set_id=guam))  # type: ignore[misc]
    await deriving_zones.derive_some(60)
    assert (await Contact.get(id=contact.id)).zone_set_id is None
    assert (await cast.conversation(contact)).zone_set_id is None


async def test_it_goes_on_where_it_was_stopped(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_work, "FIRST", 1)
    monkeypatch.setattr(long_work, "SMALLEST", 1)
    monkeypatch.setattr(long_work, "LARGEST", 1)
    first, second = await kai(cast), await kai(cast, "+14155550143")
    steps = 0
    while await deriving_zones.derive_some(0):
        steps += 1
    assert steps >= 2
    assert [await zones(cast, one) for one in (first, second)] == [("Pacific/Honolulu",)] * 2


async def test_the_same_tables_go_through_the_contacts_once(cast: Cast) -> None:
    await deriving_zones.derive_some(60)
    contact = await kai(cast)
    assert await deriving_zones.derive_some(60) is False
    assert await zones(cast, contact) == ("America/Los_Angeles",), "stored by these tables, as far as the job knows"


async def test_other_tables_begin_at_the_first_contact(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    await deriving_zones.derive_some(60)
    contact = await kai(cast)
    monkeypatch.setattr(contact_zones, "version", lambda: "other tables")
    await jobs.derive_zones({})
    assert await zones(cast, contact) == ("Pacific/Honolulu",)
    assert (await latest()).version == "other tables"


async def latest() -> ZoneDerivation:
    found = await ZoneDerivation.all().order_by("-id").first()
    assert found is not None
    return found


async def test_while_two_versions_run_side_by_side_the_later_one_wins_and_begins_once(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    for size in ("FIRST", "SMALLEST", "LARGEST"):
        monkeypatch.setattr(long_work, size, 1)
    contacts = [await kai(cast), await kai(cast, "+14155550143"), await kai(cast, "+14155550144")]
    ours, old = contact_zones.version(), lambda: "older tables"
    wrong = contact_zones.Zones(("America/Los_Angeles",), "area_code")

    async def sweep_of_the_old() -> bool:
        with monkeypatch.context() as running:
            running.setattr(contact_zones, "version", old)
            running.setattr(contact_zones, "derive", lambda *values, **named: wrong)
            return await deriving_zones.derive_some(0)

    assert await sweep_of_the_old(), "it began, and has contacts left"
    while await deriving_zones.derive_some(0):
        assert not await sweep_of_the_old()
    assert not await sweep_of_the_old() and not await deriving_zones.derive_some(0)
    assert [await zones(cast, one) for one in contacts] == [("Pacific/Honolulu",)] * 3
    assert ((await latest()).version, await ZoneDerivation.all().count()) == (ours, 2)
