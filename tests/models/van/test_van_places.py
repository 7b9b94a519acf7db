"""Several VANs of one campaign: each contact's facts go to the VAN of their state, and no VAN ID is taken for another VAN's
(SPEC B3)."""

from __future__ import annotations

import asyncio

import pytest

from tests.cast import Cast
from tests.cast.van import (
    LISA,
    STRONG,
    WILL_VOTE,
    answer,
    code,
    connects,
    fact,
    maps,
    rating_of,
    said,
    send,
    settle,
    tag_of,
    the_van,
    wait,
)
from webapp import clock
from webapp.database import transaction
from webapp.models.contacts.contact import Contact
from webapp.models.exports import for_upload
from webapp.models.imports import store as storing
from webapp.models.imports.job import ContactImport
from webapp.models.imports.known import Known
from webapp.models.reports import editing, labelling
from webapp.models.van import connection, mapping, matching, places, sending
from webapp.models.van.connection import VanConnection
from webapp.models.van.fact import DOUBT, NO_CODE, NO_ID, NO_VAN, SENT, STAYS, WAITING, VanFact, VanPerson
from webapp.models.van.matching import FOUND, VanMatch
from webapp.models.van.places import Taken, VanState, Wish
from webapp.reader.rows import Row
from webapp.rules.contacts.contact_rows import Person
from webapp.rules.exports.columns import VAN_UPLOAD
from webapp.simulator.van.store import KEY, Store
from webapp.workers.van import asking
from webapp.workers.van import sending as jobs

pytestmark = pytest.mark.both
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
    for states in (["OH"], [places.REST], ["PA", "OH"]):
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


async def test_who_moves_keeps_what_the_old_van_has_and_waits_for_an_id_of_the_new_one(
    cast: Cast, van: Store, two: VanConnection
) -> None:
    mover, first = await person(cast, 1, "PA", "102"), await the_van(cast)
    await tagged(cast, mover)
    await send(cast)
    await move(cast, mover, state_abbrev="OH")
    await mover.refresh_from_db()
    assert mover.van == first.id and (await fact()).state == SENT
    await send(cast)
    assert len(said(van)) == 1, "what was sent is not sent again"
    await labelled(cast, mover)
    assert (await fact(kind="field")).state == NO_ID and len(said(van)) == 1
    await move(cast, mover, van_id="103")
    await send(cast)
    assert said(van)[1:] and {n for n, _ in said(van)[1:]} == {103} and set(van.modes[1:]) == {OHIO}
    assert (await fact(kind="tag")).there == OTHER_CODE


async def labelled(cast: Cast, contact: Contact) -> None:
    """Another fact of theirs, which both VANs have a code for."""
    rating = await rating_of(cast)
    for one in await connection.all_of(cast.meyer.id):
        await maps(cast, mapping.FIELD, STRONG, rating.id, "Strong Supporter", van=one.id)
    await labelling.set_field(contact.id, rating, "Strong Supporter", cast.amy.user_id)
    await send(cast)


async def test_who_moves_and_comes_back_is_sent_nothing_twice(cast: Cast, van: Store, two: VanConnection) -> None:
    mover = await person(cast, 1, "PA", "102")
    await tagged(cast, mover)
    await send(cast)
    await move(cast, mover, state_abbrev="OH")
    await transaction(lambda: VanFact.all().update(state=WAITING, due_at=None))
    await send(cast)
    assert (await fact()).state == NO_ID
    await move(cast, mover, state_abbrev="PA")
    await send(cast)
    assert (await fact()).state == SENT and len(said(van)) == 1


async def test_what_was_taken_away_after_a_move_stays_in_the_old_van_and_says_so(
    cast: Cast, van: Store, two: VanConnection
) -> None:
    mover = await person(cast, 1, "PA", "102")
    await tagged(cast, mover)
    await send(cast)
    await move(cast, mover, state_abbrev="OH")
    await labelling.take_tag(await Contact.get(id=mover.id), await tag_of(cast), cast.amy.user)
    await send(cast)
    assert (await fact()).state == STAYS and len(said(van)) == 1


async def test_who_moves_while_a_fact_waits_has_it_led_anew(cast: Cast, van: Store, two: VanConnection) -> None:
    mover = await person(cast, 1, "PA", "102")
    await tagged(cast, mover)
    await settle()
    await move(cast, mover, state_abbrev="OH", van_id="103")
    await jobs.send_to_van({}, cast.meyer.id)
    await send(cast)
    assert [n for n, _ in said(van)] == [103] and van.modes == [OHIO]


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


async def brings(cast: Cast, of: VanConnection, contact: Contact, van_id: str, state: str = "") -> None:
    """A saved list of this VAN's with the contact's phone, this VAN ID of theirs, and their state where it has one."""
    job = ContactImport(campaign_id=cast.meyer.id, file_name="VAN: people", path="-", van=of.id, created_at=clock.now())
    job.campaign, job.contact_list = cast.meyer, cast.voters
    await transaction(job.save)
    values = {"van_id": van_id} | ({"state_abbrev": state} if state else {})
    row = Row(1, 0, 1, Person(phone=contact.phone, values=values, phone_id=int(van_id)))
    await transaction(lambda: storing.store(job, [row], Known(job)))


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


async def test_who_moves_there_and_back_with_ids_of_both_is_sent_nothing_twice(
    cast: Cast, van: Store, two: VanConnection
) -> None:
    mover, first = await person(cast, 1, "PA", "102"), await the_van(cast)
    await tagged(cast, mover)
    for of, van_id, state in [(two, "103", "OH"), (first, "102", "PA"), (two, "103", "OH"), (first, "102", "PA")]:
        await send(cast)
        await brings(cast, of, mover, van_id, state)
    await send(cast)
    told = [(n, mode) for (n, _), mode in zip(said(van), van.modes, strict=True)]
    assert told == [(102, PENN), (103, OHIO)] and (await fact()).state == SENT


async def test_what_was_taken_away_meanwhile_is_taken_out_of_the_van_they_come_back_to(
    cast: Cast, van: Store, two: VanConnection
) -> None:
    mover, first = await person(cast, 1, "PA", "102"), await the_van(cast)
    await tagged(cast, mover)
    await send(cast)
    await brings(cast, two, mover, "103", "OH")
    await send(cast)
    await labelling.take_tag(await Contact.get(id=mover.id), await tag_of(cast), cast.amy.user)
    await send(cast)
    await brings(cast, first, mover, "102", "PA")
    await send(cast)
    assert said(van)[2:] == [(103, [code(4_001, "Remove")]), (102, [code(4_003, "Remove")])]


async def test_by_the_button_too_nothing_goes_twice_to_who_has_it(cast: Cast, van: Store, two: VanConnection) -> None:
    """The ID of their VAN was overwritten by another VAN's, and VAN finds them again by name and phone."""
    first = await the_van(cast)
    await tagged(cast, cast.lisa)
    await send(cast)
    await transaction(lambda: Contact.filter(id=cast.lisa.id).update(van_id="103", van=two.id))
    await labelled(cast, cast.lisa)
    assert {f.kind: f.state for f in await VanFact.all()} == {"tag": SENT, "field": NO_ID}
    await transaction(lambda: Contact.filter(id=cast.lisa.id).update(first_name="Lisa", last_name="Barrett"))
    van.names[LISA] = ("Lisa", "Barrett")
    assert await matching.ask(cast.gary) == 1
    await jobs.send_to_van({}, cast.meyer.id)
    await cast.lisa.refresh_from_db()
    assert (cast.lisa.van_id, cast.lisa.van) == (str(LISA), first.id)
    await send(cast)
    assert said(van) == [(LISA, [code(4_003)]), (LISA, [answer(1)])]


async def test_what_is_in_doubt_stays_so_for_who_comes_back_and_no_late_answer_is_another_s(
    cast: Cast, van: Store, two: VanConnection
) -> None:
    mover, first = await person(cast, 1, "PA", "102"), await the_van(cast)
    await tagged(cast, mover)
    await settle()
    lease = await connection.take_lease(first.id)
    assert lease
    claimed = await sending.claim(first.id, lease)
    assert claimed
    await sending.in_doubt(claimed, "lost")
    await connection.give_lease_back(first.id, lease)
    await brings(cast, two, mover, "103", "OH")
    await send(cast)
    assert (await fact()).state == SENT and [n for n, _ in said(van)] == [103]
    await brings(cast, first, mover, "102", "PA")
    await send(cast)
    assert (await fact()).state == DOUBT and len(said(van)) == 1
    await sending.sent(claimed, "")
    assert (await fact()).state == DOUBT, "that answer was about an attempt before"


async def test_an_id_that_changes_and_changes_back_sends_nothing_twice_in_one_van(
    cast: Cast, van: Store, two: VanConnection
) -> None:
    penn = await person(cast, 1, "PA", "102")
    await tagged(cast, penn)
    for van_id in ("103", "0102", "103"):
        await send(cast)
        await move(cast, penn, van_id=van_id)
    await send(cast)
    assert [n for n, _ in said(van)] == [102, 103]
