"""A restore is noticed, and what Twilio has since is marked."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.cast import Cast, starts_again
from tests.cast.database.backups import back_up, restore
from tests.cast.stand_ins.simulated import Simulated
from tests.cast.texting import SECOND, WORDS
from webapp import clock
from webapp.gateways.twilio import Twilio
from webapp.models.accounts.campaign import Campaign
from webapp.models.numbers.number import add_number
from webapp.models.opt_outs.opt_out import OptOut
from webapp.models.outcomes import restoring
from webapp.models.receiving import applying
from webapp.models.receiving.event import INBOUND
from webapp.models.sending.claim import claim_next
from webapp.models.sending.click import Declined, Queued
from webapp.models.sending.leaving import Claimed
from webapp.rules import errors
from webapp.simulator.store import IN, OUT
from webapp.workers.outcomes import restoring as restoring_jobs
from webapp.workers.receiving import catching_up
from webapp.workers.sending import draining


async def taken_again(cast: Cast, gateway: Twilio) -> None:
    """The doctor names the number nobody has; an admin takes it into the campaign, and two minutes pass."""
    with pytest.raises(restoring_jobs.LostNumbers) as lost:
        await restoring_jobs.reconcile(gateway)
    assert lost.value.e164s == [SECOND]
    await add_number(cast.meyer, SECOND, "PN" + "b" * 32, webhooks_ok=True)
    await catching_up.catch_up({"twilio": gateway})
    await restoring_jobs.reconcile(gateway)


async def tap(cast: Cast) -> object:
    await cast.start(cast.amy)
    talk = await cast.conversation()
    if talk.user_id != cast.amy.user_id:
        return Declined(talk.closed_code or errors.ALREADY_TEXTED)
    return await cast.click(cast.amy)


async def test_texts_of_a_number_bought_after_the_backup_are_marked_too(
    cast: Cast, gateway: Twilio, twilio: Simulated
) -> None:
    """The number's row is lost with the backup; its texts are Twilio's all the same. Lisa was texted from it."""
    store = twilio.carrier.store
    store.add_number(SECOND, "http://texts.example/webhooks/twilio/inbound")
    store.advance(store.add(OUT, SECOND, cast.lisa.phone, WORDS, 1).sid, "delivered")
    clock.freeze(clock.now() + timedelta(hours=1))
    await restoring.stop_all()
    await taken_again(cast, gateway)
    await (await Campaign.get(id=cast.meyer.id)).go_on()
    clock.freeze(clock.now() + timedelta(minutes=5))
    assert not isinstance(await tap(cast), Queued)
    assert not isinstance(await claim_next(cast.number.id), Claimed), "a second first text leaves"


async def test_a_stop_to_a_number_bought_after_the_backup_is_found_again(
    cast: Cast, gateway: Twilio, twilio: Simulated
) -> None:
    store = twilio.carrier.store
    store.add_number(SECOND, "http://texts.example/webhooks/twilio/inbound")
    store.add(IN, cast.lisa.phone, SECOND, "STOP", 1)
    clock.freeze(clock.now() + timedelta(hours=1))
    await restoring.stop_all()
    await taken_again(cast, gateway)
    assert await OptOut.exists(phone=cast.lisa.phone), "the STOP is lost for good: nobody is ever asked for it"


@pytest.mark.parametrize("status", ["delivered", "queued"])
async def test_a_text_that_still_waits_at_twilio_is_marked(
    cast: Cast, gateway: Twilio, twilio: Simulated, status: str
) -> None:
    """Twilio took it; it has no date sent yet, so a list by the date sent does not have it."""
    store = twilio.carrier.store
    store.advance(store.add(OUT, cast.number.e164, cast.lisa.phone, WORDS, 1).sid, status)
    await restoring.stop_all()
    counts = await restoring_jobs.reconcile(gateway)
    await (await Campaign.get(id=cast.meyer.id)).go_on()
    clock.freeze(clock.now() + timedelta(minutes=5))
    assert not isinstance(await tap(cast), Queued) and counts["marked"] == 1


async def test_texts_that_left_just_before_a_fail_over_are_noticed(
    cast: Cast, gateway: Twilio, twilio: Simulated, tmp_path: Path
) -> None:
    """A database a few seconds older (a replica that lagged): the last texts were claimed after the last note."""
    dora = await cast.add_contact("+14125550102", zip="15213")
    await cast.make()
    await cast.start(cast.amy)
    assert isinstance(await cast.click(cast.amy), Queued)
    await draining.drain({"twilio": gateway}, cast.number.id)
    await restoring_jobs.notice_restore({})
    copy = await back_up(tmp_path)
    clock.freeze(clock.now() + timedelta(seconds=3))
    assert isinstance(await cast.click(cast.amy, dora), Queued)
    await draining.drain({"twilio": gateway}, cast.number.id)
    found = [m["to"] for m in (await twilio.get("/simulator/messages")).json()]
    assert dora.phone in found
    await restore(copy)
    await restoring_jobs.notice_restore({})
    assert (await Campaign.get(id=cast.meyer.id)).stopped_at, "Dora is in the pool again, and nobody noticed"


async def test_workers_that_run_through_a_fail_over_notice_it(
    cast: Cast, gateway: Twilio, twilio: Simulated, tmp_path: Path
) -> None:
    """The database is some seconds older, the workers run on: a drain comes before the clockwork's next look."""
    dora = await cast.add_contact("+14125550102", zip="15213")
    await cast.make()
    await cast.start(cast.amy)
    copy = await back_up(tmp_path)
    clock.freeze(clock.now() + timedelta(seconds=3))
    assert isinstance(await cast.click(cast.amy), Queued)
    await draining.drain({"twilio": gateway}, cast.number.id)
    await restoring_jobs.notice_restore({})
    await restore(copy)  # Lisa is untexted again
    clock.freeze(clock.now() + timedelta(seconds=2))
    assert isinstance(await cast.click(cast.amy, dora), Queued)
    await draining.drain({"twilio": gateway}, cast.number.id)
    await restoring_jobs.notice_restore({})
    stopped = (await Campaign.get(id=cast.meyer.id)).stopped_at
    if not stopped:
        await cast.click(cast.amy)
        await draining.drain({"twilio": gateway}, cast.number.id)
    to = [m["to"] for m in (await twilio.get("/simulator/messages")).json()]
    assert to.count(cast.lisa.phone) == 1, "a second first text"
    assert stopped


@pytest.mark.parametrize("after_all", [False, True])
async def test_the_doctor_marks_what_left_before_a_restore_nobody_noticed(
    cast: Cast, gateway: Twilio, twilio: Simulated, after_all: bool
) -> None:
    """The data directory is lost as well (a residue "until the doctor is run"): texting goes on for two hours, then the
    doctor is run. It asks for the last hour before the newest claim, which is one after the restore."""
    dora = await cast.add_contact("+14125550102", zip="15213")
    await cast.make()
    store = twilio.carrier.store
    store.advance(store.add(OUT, cast.number.e164, cast.lisa.phone, WORDS, 1).sid, "delivered")  # lost with the backup
    for _ in range(2):
        clock.freeze(clock.now() + timedelta(hours=1))
        store.clock.go_ahead(3600)
    if after_all:
        await cast.start(cast.amy)
        assert isinstance(await cast.click(cast.amy, dora), Queued)
        await draining.drain({"twilio": gateway}, cast.number.id)
    await restoring.stop_all()
    await restoring_jobs.reconcile(gateway)
    assert (await cast.conversation()).texted_at, "Lisa is texted once more"


@pytest.mark.parametrize("number", ["pointed elsewhere"])
async def test_texts_of_a_number_the_account_has_otherwise_are_marked(
    cast: Cast, gateway: Twilio, twilio: Simulated, number: str
) -> None:
    """Bought after the backup; its address is the old server's, or it was given back to Twilio before the restore."""
    store = twilio.carrier.store
    if number == "pointed elsewhere":
        store.add_number(SECOND, "http://old.example/webhooks/twilio/inbound")
    store.advance(store.add(OUT, SECOND, cast.lisa.phone, WORDS, 1).sid, "delivered")
    await restoring.stop_all()
    try:
        await restoring_jobs.reconcile(gateway)
    except restoring_jobs.LostNumbers:
        return
    assert (await cast.conversation()).texted_at


async def test_an_owner_goes_on_only_when_what_came_in_is_applied(
    cast: Cast, gateway: Twilio, twilio: Simulated
) -> None:
    """No worker runs while the doctor does. A STOP that came to a number nobody had waits to be applied once more: the
    listing finds it known."""
    store = twilio.carrier.store
    store.add_number(SECOND, "http://texts.example/webhooks/twilio/inbound")
    sid = store.add(IN, cast.lisa.phone, SECOND, "STOP", 1).sid
    event = await applying.keep(INBOUND, {"MessageSid": sid, "From": cast.lisa.phone, "To": SECOND, "Body": "STOP"})
    assert event
    await applying.apply(event)
    await cast.start(cast.amy)
    assert isinstance(await cast.click(cast.amy), Queued)  # waits in the backup
    await restoring.stop_all()
    await add_number(cast.meyer, SECOND, "PN" + "b" * 32, webhooks_ok=True)
    await restoring_jobs.reconcile(gateway)
    assert await starts_again(cast.selina) == ""
    assert not isinstance(await claim_next(cast.number.id), Claimed), "a text after STOP"
