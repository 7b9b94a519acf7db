"""Facts reach VAN once, corrected ones are corrected there, and whatever VAN does is said (SPEC B3)."""

from __future__ import annotations

import asyncio

import pytest

from tests.cast import MORNING, Cast, opt_out_phone
from tests.cast.van import LISA, OTHER, SURELY, answer, code, fact, rates, said, send, settle, tag_of, tags, the_van
from webapp.database import transaction
from webapp.models.contacts.contact import Contact
from webapp.models.van import connection, mapping, sending, showing
from webapp.models.van.fact import NO_CODE, NO_ID, NOTHING, REFUSED, SENDING, SENT, STAYS, VanFact
from webapp.simulator.van.store import Store
from webapp.workers.van import asking
from webapp.workers.van import sending as jobs

pytestmark = pytest.mark.both


async def test_a_tag_an_answer_and_an_opt_out_each_reach_van_once(cast: Cast, ready: Store) -> None:
    await tags(cast)
    await rates(cast, SURELY)
    await opt_out_phone(cast.meyer, cast.lisa.phone, "volunteer", cast.amy.user)
    for _ in range(3):
        await send(cast)
    assert said(ready) == [(LISA, [code(4_003)]), (LISA, [answer(1)]), (LISA, 130)]
    assert {one.state for one in await VanFact.all()} == {SENT}


async def test_the_context_says_when_by_text_and_which_phone(cast: Cast, ready: Store) -> None:
    await tags(cast)
    await send(cast)
    [one] = ready.taken()
    assert one["canvassContext"] == {
        "dateCanvassed": f"{MORNING.isoformat(timespec='seconds')}",
        "contactTypeId": 37,
        "phoneId": 50_101,
    }


async def test_a_phone_that_van_has_not_is_sent_as_it_is(cast: Cast, ready: Store) -> None:
    await transaction(lambda: Contact.filter(id=cast.lisa.id).update(phone="+14125550199"))
    await tags(cast)
    await send(cast)
    assert ready.taken()[0]["canvassContext"]["phone"] == {"dialingPrefix": "1", "phoneNumber": "4125550199"}


async def test_what_is_undone_before_it_settled_is_never_sent(cast: Cast, ready: Store) -> None:
    await tags(cast)
    await tags(cast, on=False)
    await send(cast)
    assert said(ready) == [] and (await fact()).state == NOTHING


async def test_a_corrected_answer_is_corrected_there_and_a_tag_taken_away_too(cast: Cast, ready: Store) -> None:
    await tags(cast)
    await rates(cast, SURELY)
    await send(cast)
    await tags(cast, on=False)
    await rates(cast, "Supporter")
    await send(cast)
    assert said(ready)[2:] == [(LISA, [code(4_003, "Remove")]), (LISA, [answer(2)])]


async def test_an_answer_that_van_can_not_take_back_is_said(cast: Cast, ready: Store) -> None:
    await rates(cast, SURELY)
    await send(cast)
    await rates(cast, "")
    await send(cast)
    assert len(said(ready)) == 1 and (await fact()).state == STAYS


async def test_an_answer_that_leads_nowhere_is_said(cast: Cast, ready: Store) -> None:
    await rates(cast, "Neutral")
    await send(cast)
    assert said(ready) == [] and (await fact()).state == NO_CODE


async def test_without_a_van_id_it_waits_for_one(cast: Cast, ready: Store) -> None:
    await transaction(lambda: Contact.filter(id=cast.lisa.id).update(van_id=""))
    await tags(cast)
    await send(cast)
    assert (await fact()).state == NO_ID
    await transaction(lambda: Contact.filter(id=cast.lisa.id).update(van_id=str(LISA)))
    await send(cast)
    assert said(ready) == [(LISA, [code(4_003)])]


async def test_a_retired_code_is_not_sent_and_both_pages_know(cast: Cast, ready: Store) -> None:
    ready.retire("activistCode", 4_003)
    await tags(cast)
    await send(cast)
    assert (await fact()).state == REFUSED and "activistCodeId" in (await fact()).answer, "VAN said so first"
    await asking.ask_van({}, cast.meyer.id)
    await showing.send_again(cast.gary, (await fact()).id)
    await send(cast)
    assert (await fact()).state == NO_CODE and said(ready) == []


async def test_a_person_whom_van_does_not_know_is_refused_in_its_words(cast: Cast, ready: Store) -> None:
    await transaction(lambda: Contact.filter(id=cast.lisa.id).update(van_id="999"))
    await tags(cast)
    await send(cast)
    assert (await fact()).state == REFUSED and "could not be found (HTTP 404)" in (await fact()).answer


async def test_two_workers_at_once_send_each_fact_once(cast: Cast, ready: Store) -> None:
    await tags(cast)
    await rates(cast, SURELY)
    await settle()
    await asyncio.gather(*(jobs.send_to_van({}, cast.meyer.id) for _ in range(4)))
    await jobs.send_to_van({}, cast.meyer.id)
    assert sorted(map(str, said(ready))) == sorted(map(str, [(LISA, [code(4_003)]), (LISA, [answer(1)])]))


async def test_an_answer_that_changes_while_it_is_sent_is_sent_as_it_is_then(cast: Cast, ready: Store) -> None:
    await rates(cast, SURELY)
    await settle()
    lease = await connection.take_lease((await the_van(cast)).id)
    assert lease
    claimed = await sending.claim((await the_van(cast)).id, lease)
    assert claimed
    await rates(cast, "Supporter")
    assert (await fact()).state == SENDING
    await sending.sent(claimed, "")
    await connection.give_lease_back((await the_van(cast)).id, lease)
    await send(cast)
    assert said(ready) == [(LISA, [answer(2)])] and (await fact()).there == "survey:2:7001"


async def gets_van_id(cast: Cast, van_id: str) -> None:
    await transaction(lambda: Contact.filter(id=cast.lisa.id).update(van_id=van_id))


@pytest.mark.parametrize("between", [[], [""]], ids=["at once", "taken away first"])
async def test_with_another_van_id_a_fact_goes_to_that_person_too(cast: Cast, ready: Store, between: list[str]) -> None:
    """The first one keeps its facts: nobody knows whether they are wrong."""
    ready.add_person(OTHER, "4125550199")
    await tags(cast)
    await send(cast)
    for van_id in [*between, str(OTHER)]:
        await gets_van_id(cast, van_id)
    for _ in range(2):
        await send(cast)
    assert said(ready) == [(LISA, [code(4_003)]), (OTHER, [code(4_003)])]
    await gets_van_id(cast, str(OTHER))
    await send(cast)
    assert len(ready.taken()) == 2 and (await fact()).state == SENT


async def test_a_van_id_that_changes_while_a_fact_is_sent_makes_it_go_to_the_new_one(cast: Cast, ready: Store) -> None:
    ready.add_person(OTHER, "4125550199")
    await tags(cast)
    await settle()
    lease = await connection.take_lease((await the_van(cast)).id)
    assert lease
    claimed = await sending.claim((await the_van(cast)).id, lease)
    assert claimed
    await gets_van_id(cast, str(OTHER))
    await sending.sent(claimed, "")
    await connection.give_lease_back((await the_van(cast)).id, lease)
    await send(cast)
    assert said(ready) == [(OTHER, [code(4_003)])] and (await fact()).there == "activist_code:4003"


async def test_what_contacts_have_goes_to_another_code_where_staff_chose_one(cast: Cast, ready: Store) -> None:
    await tags(cast)
    await send(cast)
    line = f"tag-{(await tag_of(cast)).id}"
    for _ in range(2):
        await mapping.save(cast.gary, await the_van(cast), {line: "activist_code:4002"}, known_too=True)
        await jobs.sweep_van({})
        await send(cast)
    assert said(ready)[1:] == [(LISA, [code(4_003, "Remove"), code(4_002)])]


async def test_a_sweep_sees_a_slice_of_what_changed_and_the_next_the_rest(
    cast: Cast, ready: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "SLICE", 1)
    await tags(cast)
    await rates(cast, SURELY)
    for left in (1, 0):
        await sending.stamp()
        assert await VanFact.filter(due_at=None).count() == left
