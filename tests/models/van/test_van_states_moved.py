"""States that move from one VAN to another, and VANs that are removed: the VAN IDs stay whose they are (SPEC B3)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.cast import Cast
from tests.cast.database.plans import statements
from tests.cast.stand_ins.two_vans import OTHER_CODE, ohio_too, person, tagged
from tests.cast.stand_ins.two_vans import two as two
from tests.cast.van import WILL_VOTE, connects, fact, maps, send, tag_of, the_van
from webapp.models import long_work
from webapp.models.contacts.contact import Contact
from webapp.models.van import mapping, places, whose_ids
from webapp.models.van.connection import VanConnection
from webapp.models.van.fact import NO_ID, SENT
from webapp.models.van.places import Taken, Wish
from webapp.simulator.van.store import KEY, Store
from webapp.workers.van import asking

pytestmark = pytest.mark.both


async def test_whose_ids_they_are_is_noted_in_slices_before_the_states_change(
    cast: Cast, van: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SMALLEST", "FIRST", "LARGEST"):
        monkeypatch.setattr(long_work, name, 2)
    await connects(cast)
    first, ohioans = await the_van(cast), [await person(cast, n, "OH", str(200 + n)) for n in range(5)]
    with statements() as asked:
        await ohio_too(cast)
    noted = [values for text, values in asked if "UPDATE contact SET van" in text]
    assert len(noted) == 4, "three slices, and what is left with the states themselves"
    assert {(await Contact.get(id=one.id)).van for one in ohioans} == {first.id}


async def test_slices_whose_save_never_came_change_nothing_of_what_is_sent(cast: Cast, van: Store) -> None:
    await connects(cast)
    await maps(cast, mapping.TAG, WILL_VOTE, (await tag_of(cast)).id)
    first = await the_van(cast)
    await tagged(cast, ohioan := await person(cast, 1, "OH", "102"))
    before = await places.covered(cast.meyer.id)
    await whose_ids.note_in_slices(cast.meyer.id, before, before | {"OH": whose_ids.NOT_STORED})
    await send(cast)
    assert (await Contact.get(id=ohioan.id)).van == first.id
    assert (await fact(contact_id=ohioan.id)).state == SENT and len(van.taken()) == 1


async def test_a_state_that_moves_in_one_step_keeps_its_contacts_ids_for_the_van_it_came_from(
    cast: Cast, van: Store, two: VanConnection
) -> None:
    await tagged(cast, ohioan := await person(cast, 1, "OH", "102"))
    assert isinstance(
        await places.connect(cast.selina, two, Wish("", 0, "Ohio", frozenset(["OH", "MI"]))), VanConnection
    )
    wish = Wish(KEY, 1, "Third", frozenset(["OH"]), another=True)
    assert isinstance(await places.connect(cast.selina, None, wish), Taken)
    third = await places.connect(cast.selina, None, replace(wish, take=True))
    assert isinstance(third, VanConnection) and (await places.covered(cast.meyer.id))["OH"] == third.id
    await asking.ask_van({}, cast.meyer.id)
    await maps(cast, mapping.TAG, OTHER_CODE, (await tag_of(cast)).id, van=third.id)
    await send(cast)
    await ohioan.refresh_from_db()
    assert (ohioan.van, (await fact(contact_id=ohioan.id)).state, van.modes) == (two.id, NO_ID, [])


async def test_states_of_a_van_that_is_removed_go_to_the_van_of_all_others(
    cast: Cast, van: Store, two: VanConnection
) -> None:
    await tagged(cast, ohioan := await person(cast, 1, "OH", "102"))
    assert not await places.remove(cast.selina, two), "it has a key"
    await places.disconnect(cast.selina, two)
    assert await places.remove(cast.selina, two)
    await send(cast)
    await ohioan.refresh_from_db()
    assert ohioan.van == two.id and (await fact(contact_id=ohioan.id)).state == NO_ID, "its VAN ID is not the other's"
    assert await places.covered(cast.meyer.id) == {"": (await the_van(cast)).id}
    assert [place.row.id for place in await places.shown(cast.meyer.id)] == [(await the_van(cast)).id]
