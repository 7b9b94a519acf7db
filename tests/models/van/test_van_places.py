"""Several VANs of one campaign: each contact's facts go to the VAN of their state, and no VAN ID is taken for another VAN's
(SPEC B3)."""

from __future__ import annotations

import asyncio

import pytest

from tests.cast import Cast
from tests.cast.stand_ins.two_vans import OHIO, OTHER_CODE, PENN, brings, move, ohio_too, person, tagged
from tests.cast.stand_ins.two_vans import two as two
from tests.cast.van import LISA, WILL_VOTE, connects, fact, maps, said, send, tag_of, the_van, wait
from webapp.database import transaction
from webapp.models.contacts.contact import Contact
from webapp.models.exports import for_upload
from webapp.models.van import connection, mapping, matching, places, whose_ids
from webapp.models.van.connection import VanConnection
from webapp.models.van.fact import NO_CODE, NO_ID, NO_VAN, SENT, WAITING, VanFact, VanPerson
from webapp.models.van.matching import FOUND, VanMatch
from webapp.models.van.places import Taken, VanState, Wish
from webapp.rules.exports.columns import VAN_UPLOAD
from webapp.simulator.van.store import KEY, Store
from webapp.workers.van import sending as jobs

pytestmark = pytest.mark.both


async def test_each_contact_s_facts_go_to_the_van_of_their_state_with_its_key_and_its_codes(
    cast: Cast, van: Store, two: VanConnection
) -> None:
    await tagged(cast, await person(cast, 1, "OH", "102"))
    await tagged(cast, await person(cast, 2, "PA", "103"))
    await tagged(cast, cast.lisa)  # without a state
    await send(cast)
    told = sorted(
        (one["vanId"], mode, one["responses"][0]["activistCodeId"])
        for one, mode in zip(van.taken(), van.modes, strict=True)
    )
    assert told == [(LISA, PENN, 4_003), (102, OHIO, 4_001), (103, PENN, 4_003)]
    await jobs.send_to_van({}, cast.meyer.id)
    assert len(van.taken()) == 3


async def test_where_no_van_has_the_state_the_fact_says_so_and_goes_as_soon_as_one_has(cast: Cast, van: Store) -> None:
    await connects(cast)
    penn = await the_van(cast)
    await places.connect(cast.selina, penn, Wish("", connection.MY_CAMPAIGN, "Penn", frozenset(["PA"])))
    await maps(cast, mapping.TAG, WILL_VOTE, (await tag_of(cast)).id)
    ohioan = await person(cast, 1, "OH", "102")
    await tagged(cast, ohioan)
    await send(cast)
    assert (await fact()).state == NO_VAN and said(van) == []
    await ohio_too(cast)
    await send(cast)
    assert (await fact()).state == SENT and van.modes == [OHIO]


async def test_a_state_has_one_van_and_all_others_have_one(cast: Cast, van: Store, two: VanConnection) -> None:
    first = await the_van(cast)
    for states in (["OH"], [whose_ids.REST], ["PA", "OH"]):
        wish = Wish(KEY, 1, "Third", frozenset(states), another=True)
        assert isinstance(await places.connect(cast.selina, None, wish), Taken)
    assert await VanConnection.filter(campaign=cast.meyer).count() == 2
    assert await places.covered(cast.meyer.id) == {"": first.id, "OH": two.id}
    wishes = [Wish(KEY, 1, name, frozenset(["MI"]), another=True) for name in ("One", "Two")]
    made = await asyncio.gather(*(places.connect(cast.selina, None, wish) for wish in wishes))
    assert len([one for one in made if isinstance(one, Taken)]) == 1
    assert await VanState.filter(campaign_id=cast.meyer.id, state="MI").count() == 1


async def test_states_of_a_van_whose_key_was_forgotten_are_free(cast: Cast, van: Store, two: VanConnection) -> None:
    await tagged(cast, ohioan := await person(cast, 1, "OH", "102"))
    await places.disconnect(cast.selina, two)
    await send(cast)
    assert (await fact(contact_id=ohioan.id)).state == WAITING and van.modes == []
    first = await the_van(cast)
    await places.connect(cast.selina, first, Wish("", 1, "Both", frozenset(["OH", ""]), ids_too=True))
    await send(cast)
    assert (await fact(contact_id=ohioan.id)).state == SENT and van.modes == [PENN]


@pytest.mark.parametrize("ids_too", [False, True])
async def test_a_state_that_another_van_gets_keeps_its_ids_for_the_old_one_unless_staff_say_so(
    cast: Cast, van: Store, ids_too: bool
) -> None:
    await connects(cast)
    first = await the_van(cast)
    ohioan, other = await person(cast, 1, "OH", "102"), await person(cast, 2, "PA", "103")
    await transaction(lambda: VanPerson.create(contact_id=ohioan.id, van_id="102", phone=ohioan.phone, phone_id=7))
    await ohio_too(cast, ids_too)
    await ohioan.refresh_from_db()
    await other.refresh_from_db()
    assert ohioan.van == (None if ids_too else first.id) and other.van is None
    assert await VanPerson.exists(contact_id=ohioan.id) != ids_too
    await tagged(cast, ohioan)
    await send(cast)
    assert (await fact(contact_id=ohioan.id)).state == (SENT if ids_too else NO_ID)
    assert van.modes == ([OHIO] if ids_too else [])


async def test_a_van_id_of_another_van_is_looked_for_in_the_van_of_the_state(
    cast: Cast, van: Store, two: VanConnection
) -> None:
    first, ohioan = await the_van(cast), await person(cast, 177, "OH", "102")
    names = {"first_name": "Kent", "last_name": "Davison", "van": first.id}
    await transaction(lambda: Contact.filter(id=ohioan.id).update(**names))
    van.add_person(177, "4125550177")
    van.names[177] = ("Kent", "Davison")
    await tagged(cast, ohioan)
    await send(cast)
    assert await matching.ask(cast.gary) == 1 and (await VanMatch.get()).van == two.id
    await jobs.send_to_van({}, cast.meyer.id)
    await ohioan.refresh_from_db()
    assert (await VanMatch.get()).state == FOUND and (ohioan.van_id, ohioan.van) == ("177", two.id)
    await send(cast)
    assert [n for n, _ in said(van)] == [177] and van.modes == [OHIO]


async def test_a_van_that_is_away_holds_up_no_other(cast: Cast, van: Store, two: VanConnection) -> None:
    await connection.failed(two, connection.AWAY, "It is down")
    await tagged(cast, await person(cast, 1, "OH", "102"))
    await tagged(cast, await person(cast, 2, "PA", "103"))
    await send(cast)
    assert van.modes == [PENN]
    wait(3_600)
    await jobs.send_to_van({}, cast.meyer.id)
    assert van.modes == [PENN, OHIO]


async def test_a_tag_that_only_another_van_maps_says_that_it_has_no_code(
    cast: Cast, van: Store, two: VanConnection
) -> None:
    first = await the_van(cast)
    await mapping.save(cast.gary, first, {f"tag-{(await tag_of(cast)).id}": ""}, known_too=False)
    await tagged(cast, await person(cast, 2, "PA", "103"))
    await send(cast)
    assert (await fact()).state == NO_CODE and said(van) == []


async def test_what_contacts_have_already_goes_to_a_van_for_its_own_states_alone(
    cast: Cast, van: Store, two: VanConnection
) -> None:
    ohioan, other = await person(cast, 1, "OH", "102"), await person(cast, 2, "PA", "103")
    line = {f"tag-{(await tag_of(cast)).id}": ""}
    await mapping.save(cast.gary, two, line, known_too=False)
    await mapping.save(cast.gary, await the_van(cast), line, known_too=False)
    await tagged(cast, ohioan)
    await tagged(cast, other)
    assert await VanFact.all().count() == 0
    await mapping.save(cast.gary, two, dict.fromkeys(line, OTHER_CODE), known_too=True)
    await jobs.sweep_van({})
    assert [one.contact_id for one in await VanFact.all()] == [ohioan.id]


async def test_the_file_for_van_s_upload_says_of_which_van_each_id_is(
    cast: Cast, van: Store, two: VanConnection
) -> None:
    ohioan, other = await person(cast, 1, "OH", "102"), await person(cast, 2, "PA", "103")
    await tagged(cast, ohioan)
    await tagged(cast, other)
    own = await for_upload.own_columns(cast.meyer, VAN_UPLOAD)
    rows = await for_upload.rows(VAN_UPLOAD, cast.meyer, [ohioan.id, other.id], own)
    assert [(row["VANID"], row["VAN"]) for row in rows] == [("102", "Ohio"), ("103", "VAN")]


async def test_a_list_of_another_van_takes_no_id_of_the_state_s_van_away(
    cast: Cast, van: Store, two: VanConnection
) -> None:
    penn, first = await person(cast, 1, "PA", "102"), await the_van(cast)
    await tagged(cast, penn)
    await send(cast)
    for n in range(2):
        await brings(cast, two, penn, "103", state="PA" if n else "")
        await penn.refresh_from_db()
        assert penn.van_id == "102" and penn.van != two.id and not await VanPerson.exists(phone_id=103)
        await brings(cast, first, penn, "102")
        await send(cast)
    assert (await fact()).state == SENT and [n for n, _ in said(van)] == [102]


async def test_a_list_of_another_van_brings_its_id_to_who_has_none_of_the_state_s(
    cast: Cast, van: Store, two: VanConnection
) -> None:
    new, moved = await person(cast, 1, "PA", ""), await person(cast, 2, "OH", "102")
    await move(cast, moved, state_abbrev="PA")
    for one in (new, moved):
        await brings(cast, two, one, "103")
        await one.refresh_from_db()
        assert (one.van_id, one.van) == ("103", two.id)
