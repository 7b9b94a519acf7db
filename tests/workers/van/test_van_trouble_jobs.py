"""Facts that are stopped, delayed or in doubt on their way to VAN (SPEC B3)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.cast import Cast
from tests.cast.van import LISA, code, fact, said, send, set_key, settle, tags, the_van, wait
from webapp import clock, config
from webapp.models.van import connection, sending, showing
from webapp.models.van.fact import DOUBT, SENDING, SENT, WAITING
from webapp.simulator.van.store import Store
from webapp.workers.van import asking
from webapp.workers.van import sending as jobs

pytestmark = pytest.mark.both


async def test_a_wrong_key_stops_the_sending_and_loses_nothing(cast: Cast, ready: Store) -> None:
    ready.key = "another"
    await tags(cast)
    await send(cast)
    row = await connection.of(cast.meyer.id)
    assert row and row.trouble == connection.KEY and "API key is not valid" in row.why
    await send(cast)
    assert (await fact()).state == WAITING and ready.faults == []
    await set_key(cast.selina, "another", 1)
    await asking.ask_van({}, cast.meyer.id)
    await send(cast)
    assert said(ready) == [(LISA, [code(4_003)])]


@pytest.mark.parametrize("fault", ["503", "429"])
async def test_while_van_is_busy_or_away_a_fact_waits_and_is_tried_again(cast: Cast, ready: Store, fault: str) -> None:
    await tags(cast)
    ready.faults.append(fault)
    await send(cast)
    assert (await fact()).state == WAITING
    assert await connection.take_lease((await the_van(cast)).id) is None, "VAN is left alone"
    wait(60)
    await jobs.send_to_van({}, cast.meyer.id)
    assert said(ready) == [(LISA, [code(4_003)])]


async def test_a_van_that_can_not_be_reached_is_left_alone_for_longer_and_longer(cast: Cast, ready: Store) -> None:
    await tags(cast)
    there = config.settings().van_api_url
    config.use(replace(config.settings(), van_api_url="http://127.0.0.1:9/v4"))
    waits = []
    await settle()
    for _ in range(3):
        await jobs.send_to_van({}, cast.meyer.id)
        row = await connection.of(cast.meyer.id)
        assert row and row.rest_until and "can't be reached" in row.why
        waits.append(round((row.rest_until - clock.now()).total_seconds()))
        wait(1_000)
    config.use(replace(config.settings(), van_api_url=there))
    await jobs.send_to_van({}, cast.meyer.id)
    assert waits == [30, 60, 120]
    row = await connection.of(cast.meyer.id)
    assert row and row.fails == 0 and not row.trouble and len(said(ready)) == 1


@pytest.mark.parametrize("fault", ["lost", "500"])
async def test_a_lost_answer_is_in_doubt_and_only_a_person_sends_it_again(cast: Cast, ready: Store, fault: str) -> None:
    await tags(cast)
    await sending.stamp()
    ready.faults += ["", fault]  # the question for the phone, then the fact
    await send(cast)
    assert (await fact()).state == DOUBT
    for _ in range(3):
        wait(4_000)
        await jobs.sweep_van({})
        await jobs.send_to_van({}, cast.meyer.id)
    assert len(said(ready)) == (fault == "lost") and (await fact()).state == DOUBT
    assert await showing.send_again(cast.gary, (await fact()).id)
    await send(cast)
    assert (await fact()).state == SENT and said(ready)[-1] == (LISA, [code(4_003)])


async def test_a_fact_in_doubt_that_changes_there_and_back_stays_in_doubt(cast: Cast, ready: Store) -> None:
    await tags(cast)
    ready.faults += ["", "lost"]
    await send(cast)
    await tags(cast, on=False)
    await tags(cast)
    wait(4_000)
    await send(cast)
    assert (await fact()).state == DOUBT and len(said(ready)) == 1


async def test_staff_who_looked_say_that_van_has_it(cast: Cast, ready: Store) -> None:
    await tags(cast)
    ready.faults += ["", "lost"]
    await send(cast)
    assert await showing.is_there(cast.gary, (await fact()).id)
    wait(4_000)
    await tags(cast, on=False)
    await send(cast)
    assert said(ready) == [(LISA, [code(4_003)]), (LISA, [code(4_003, "Remove")])]


async def test_a_worker_that_dies_after_its_claim_leaves_a_fact_in_doubt_and_never_a_second_one(
    cast: Cast, ready: Store
) -> None:
    await tags(cast)
    await settle()
    lease = await connection.take_lease((await the_van(cast)).id)
    assert lease
    claimed = await sending.claim((await the_van(cast)).id, lease)
    assert claimed
    assert (await fact()).state == SENDING
    wait(100)
    await jobs.sweep_van({})
    await jobs.send_to_van({}, cast.meyer.id)
    assert (await fact()).state == DOUBT and said(ready) == []
    await sending.sent(claimed, "a late answer")
    assert (await fact()).state == SENT and (await fact()).there == "activist_code:4003"


async def test_a_lease_that_ended_claims_nothing(cast: Cast, ready: Store) -> None:
    await tags(cast)
    await settle()
    old = await connection.take_lease((await the_van(cast)).id)
    wait(100)
    assert old and await connection.take_lease((await the_van(cast)).id)
    assert await sending.claim((await the_van(cast)).id, old) is None


async def test_paused_everything_waits(cast: Cast, ready: Store) -> None:
    await connection.pause(cast.gary, await the_van(cast), True)
    await tags(cast)
    await send(cast)
    assert said(ready) == []
    await connection.pause(cast.gary, await the_van(cast), False)
    await send(cast)
    assert len(said(ready)) == 1


async def test_a_key_sealed_with_a_lost_secret_is_said(cast: Cast, ready: Store) -> None:
    await tags(cast)
    config.use(replace(config.settings(), secret_key="another"))
    await send(cast)
    row = await connection.of(cast.meyer.id)
    assert row and row.trouble == connection.SECRET and (await fact()).state == WAITING


async def test_in_a_rehearsal_no_real_van_is_reached(cast: Cast, ready: Store) -> None:
    config.use(replace(config.settings(), van_api_url="https://api.securevan.com/v4"))
    await asking.ask_van({}, cast.meyer.id)
    row = await connection.of(cast.meyer.id)
    assert row and row.why == "A rehearsal reaches no real VAN"


async def test_another_key_or_mode_stops_whoever_sends_by_the_one_before(cast: Cast, ready: Store) -> None:
    await tags(cast)
    await settle()
    old = await connection.take_lease((await the_van(cast)).id)
    await set_key(cast.selina, "", connection.MY_VOTERS)
    assert old and await sending.claim((await the_van(cast)).id, old) is None
    new = await connection.take_lease((await the_van(cast)).id)
    assert new and await sending.claim((await the_van(cast)).id, new)


async def test_what_van_says_of_the_key_before_is_not_said_of_the_new_one(cast: Cast, ready: Store) -> None:
    before = await connection.of(cast.meyer.id)
    wait(1)
    await set_key(cast.selina, "another", connection.MY_CAMPAIGN)
    assert before
    await connection.failed(before, connection.KEY, "no", asked=True)
    await connection.answered(before, 37)
    row = await connection.of(cast.meyer.id)
    assert row and row.asking and not row.trouble
