"""People who move between the states of two VANs are sent to neither twice (SPEC B5)."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.cast.stand_ins.two_vans import OHIO, OTHER_CODE, PENN, brings, labelled, move, person, tagged
from tests.cast.stand_ins.two_vans import two as two
from tests.cast.van import LISA, answer, code, fact, said, send, settle, tag_of, the_van
from webapp.database import transaction
from webapp.models.contacts.contact import Contact
from webapp.models.reports import labelling
from webapp.models.van import connection, matching, sending
from webapp.models.van.connection import VanConnection
from webapp.models.van.fact import DOUBT, NO_ID, SENT, STAYS, WAITING, VanFact
from webapp.simulator.van.store import Store
from webapp.workers.van import sending as jobs

pytestmark = pytest.mark.both


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
