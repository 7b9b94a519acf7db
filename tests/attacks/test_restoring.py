"""A second attack on restoring, sending, restoring, lines and pool. Each states what is promised; it fails where it is broken."""

from __future__ import annotations

import asyncio
import shutil
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.attacks.test_sending import SECOND, SID, WORDS, _second_action, owner_goes_on
from tests.cast import Cast, send_card
from tests.models.receiving.test_applying import says, texted
from tests.models.sending.test_claim import claimed
from tests.stories.test_restore import restore
from webapp import clock, config, database
from webapp.database import transaction
from webapp.gateways import twilio as twilio_words
from webapp.gateways.twilio import Twilio
from webapp.models import data_files
from webapp.models.accounts.campaign import Campaign
from webapp.models.actions import audience
from webapp.models.actions.action import Action
from webapp.models.actions.script import RESPONSE, Script
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.lists import ListMembership
from webapp.models.conversations import closing, making, start
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import Message
from webapp.models.numbers.number import Changes, PhoneNumber, add_number, change_number
from webapp.models.opt_outs.opt_out import OptOut
from webapp.models.receiving import applying
from webapp.models.receiving.event import INBOUND, TwilioEvent
from webapp.models.sending import answers, learning, line_lookups, restoring, round_trip, sent_notes, undo
from webapp.models.sending.claim import Claimed, claim_next
from webapp.models.sending.click import Queued
from webapp.rules import errors
from webapp.simulator.store import IN, OUT
from webapp.workers import receiving, sending, settings
from webapp.workers import restoring as restoring_jobs
from webapp.workers.line_lookups import look_up_lines


class Quick:
    def __init__(self) -> None:
        self.sent: list[str] = []
        self.at: list[float] = []

    async def send(self, to: str, *_: object) -> twilio_words.Sent:
        self.sent.append(to)
        self.at.append(clock.steady())
        return twilio_words.Sent(f"SM{len(self.sent):032x}")


async def second_text_in(cast: Cast, action: Action) -> bool:
    """Amy presses Start there and taps what she gets; does a text leave to Lisa?"""
    action = await Action.get(id=action.id).select_related("campaign")
    await start.assign_bucket(action, cast.amy.user)
    talk = await Conversation.get_or_none(action=action, contact=cast.lisa)
    if talk is None or talk.user_id != cast.amy.user_id:
        return False
    if not isinstance(await send_card(cast.amy, talk), Queued):
        return False
    return isinstance(await claim_next(cast.number.id), Claimed)


# Restoring


async def test_workers_that_run_through_a_fail_over_notice_it(
    cast: Cast, gateway: Twilio, twilio: httpx.AsyncClient, tmp_path: Path
) -> None:
    """The database is some seconds older, the workers run on: a drain comes before the clockwork's next look."""
    dora = await cast.add_contact("+14125550102", zip="15213")
    await cast.make()
    await cast.start(cast.amy)
    await database.query("PRAGMA wal_checkpoint(TRUNCATE)")
    copy = shutil.copy(config.settings().database.removeprefix("sqlite://"), tmp_path / "backup.db")
    clock.freeze(clock.now() + timedelta(seconds=3))
    assert isinstance(await cast.click(cast.amy), Queued)
    await sending.drain({"twilio": gateway}, cast.number.id)
    await restoring_jobs.notice_restore({})
    await restore(Path(copy))  # Lisa is untexted again
    clock.freeze(clock.now() + timedelta(seconds=2))
    assert isinstance(await cast.click(cast.amy, dora), Queued)
    await sending.drain({"twilio": gateway}, cast.number.id)
    await restoring_jobs.notice_restore({})
    stopped = (await Campaign.get(id=cast.meyer.id)).stopped_at
    if not stopped:
        await cast.click(cast.amy)
        await sending.drain({"twilio": gateway}, cast.number.id)
    to = [m["to"] for m in (await twilio.get("/simulator/messages")).json()]
    assert to.count(cast.lisa.phone) == 1, "a second first text"
    assert stopped


@pytest.mark.parametrize("after_all", [False, True])
async def test_the_doctor_marks_what_left_before_a_restore_nobody_noticed(
    cast: Cast, gateway: Twilio, twilio: httpx.AsyncClient, after_all: bool
) -> None:
    """The data directory is lost as well (a residue "until the doctor is run"): texting goes on for two hours, then the
    doctor is run. It asks for the last hour before the newest claim, which is one after the restore."""
    dora = await cast.add_contact("+14125550102", zip="15213")
    await cast.make()
    store = twilio.carrier.store  # type: ignore[attr-defined]
    store.advance(store.add(OUT, cast.number.e164, cast.lisa.phone, WORDS, 1).sid, "delivered")  # lost with the backup
    for _ in range(2):
        clock.freeze(clock.now() + timedelta(hours=1))
        store.clock._ahead += 3600
    if after_all:
        await cast.start(cast.amy)
        assert isinstance(await cast.click(cast.amy, dora), Queued)
        await sending.drain({"twilio": gateway}, cast.number.id)
    await restoring.stop_all()
    await restoring_jobs.reconcile(gateway)
    assert (await cast.conversation()).texted_at, "Lisa is texted once more"


@pytest.mark.parametrize("number", ["pointed elsewhere"])
async def test_texts_of_a_number_the_account_has_otherwise_are_marked(
    cast: Cast, gateway: Twilio, twilio: httpx.AsyncClient, number: str
) -> None:
    """Bought after the backup; its address is the old server's, or it was given back to Twilio before the restore."""
    store = twilio.carrier.store  # type: ignore[attr-defined]
    if number == "pointed elsewhere":
        store.add_number(SECOND, "http://old.example/webhooks/twilio/inbound")
    store.advance(store.add(OUT, SECOND, cast.lisa.phone, WORDS, 1).sid, "delivered")
    await restoring.stop_all()
    try:
        await restoring_jobs.reconcile(gateway)
    except restoring_jobs.LostNumbers:
        return
    assert (await cast.conversation()).texted_at


async def test_words_of_a_first_text_are_no_response(cast: Cast) -> None:
    """Lisa answered in one action, whose response script is little but variables. The lost text has the very words of the
    first script of another."""
    await texted(cast)
    await says(cast, "Yes!")
    second = await transaction(lambda: _second_action(cast))
    await transaction(lambda: Script.create(action=cast.action, kind=RESPONSE, name="Any", body="##{{notes}}"))
    clock.freeze(clock.now() + timedelta(hours=7))
    lost = restoring.Sent(SID, cast.lisa.phone, "Old words, Lisa. Reply STOP to opt out.", clock.now())
    await restoring.mark(cast.number, lost)
    clock.freeze(clock.now() + timedelta(hours=15))
    assert not await second_text_in(cast, second), "she has these words already"


async def test_a_text_of_another_action_does_not_settle_what_waits_here(cast: Cast) -> None:
    """Backup: clicked in one action, undone a moment later. Then she was texted in another, in its very words."""
    second = await transaction(lambda: _second_action(cast))
    await cast.start(cast.amy)
    assert isinstance(await cast.click(cast.amy), Queued)
    await restoring.stop_all()
    lost = restoring.Sent(SID, cast.lisa.phone, "Old words, Lisa. Reply STOP to opt out.", clock.now())
    found = await restoring.mark(cast.number, lost)
    await restoring.reconciled()
    await owner_goes_on(cast)
    clock.freeze(clock.now() + timedelta(hours=22))
    assert not await second_text_in(cast, second), f"{found}: the very same first text leaves once more"


async def test_who_had_no_conversation_there_yet_counts_as_texted_although_another_is_open(cast: Cast) -> None:
    """The backup fell before the second action's conversations were made; the text was its first one."""
    second = await transaction(lambda: _second_action(cast))
    await transaction(lambda: Conversation.filter(action=second).delete())  # as the backup has it
    lost = restoring.Sent(SID, cast.lisa.phone, "Old words, Lisa. Reply STOP to opt out.", clock.now())
    await restoring.mark(cast.number, lost)
    await making.make_all(second.id)
    clock.freeze(clock.now() + timedelta(hours=22))
    assert not await second_text_in(cast, second), "the very same first text leaves once more"


async def test_a_note_is_never_put_back(cast: Cast) -> None:
    """Twenty calls of a number are under way at once, each notes in a thread of its own: any may come last."""
    now = clock.now()
    sent_notes.note(cast.number.id, now + timedelta(seconds=20))
    sent_notes.note(cast.number.id, now + timedelta(seconds=1))
    await transaction(lambda: PhoneNumber.filter(id=cast.number.id).update(free_at=now + timedelta(seconds=2)))
    assert await restoring.is_older(), "the database lacks 18 seconds of texts"


async def test_a_note_cut_short_is_one_that_cannot_be_read(cast: Cast) -> None:
    now = clock.now()
    sent_notes.note(cast.number.id, now)
    (config.settings().data_dir / "sent_until" / str(cast.number.id)).write_text(now.isoformat()[:19])
    await transaction(lambda: PhoneNumber.filter(id=cast.number.id).update(free_at=now + timedelta(days=1)))
    assert await restoring.is_older()


async def test_a_full_disk_does_not_keep_a_worker_from_starting(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    await transaction(lambda: PhoneNumber.filter(id=cast.number.id).update(free_at=clock.now()))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(data_files, "write", full)
    await restoring_jobs.notice_restore({})


# Draining


async def test_a_slow_disk_does_not_let_a_text_leave_late(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call begins within TOO_OLD of its claim; the note is written between the look at the clock and the call. A STOP
    may have come meanwhile, the window may have closed, the sweep may have given the attempt up."""
    await cast.start(cast.amy)
    await cast.click(cast.amy)
    monkeypatch.setattr(sending, "TOO_OLD", 0.5)
    monkeypatch.setattr(sent_notes, "note", lambda *_: time.sleep(1.5))
    quick = Quick()
    draining = asyncio.create_task(sending.drain({"twilio": quick}, cast.number.id))
    await asyncio.sleep(0.8)
    await says(cast, "STOP")
    stopped = clock.steady()
    await draining
    assert not [at for at in quick.at if at > stopped], "handed to Twilio after the STOP, later than TOO_OLD"


async def test_no_more_calls_are_under_way_by_a_number_than_its_lines(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each drain has lines of its own, and each nudge while Twilio hangs begins another drain: a job slot of a hundred."""
    monkeypatch.setattr(sending, "AT_ONCE", 2)
    sending._lines.clear()
    people = [await cast.add_contact(f"+1412555020{n}", zip="15213") for n in range(8)]
    await cast.make()
    await cast.start(cast.amy)
    under_way, most, go = 0, 0, asyncio.Event()

    class Hangs:
        async def send(self, to: str, *_: object) -> twilio_words.Sent:
            nonlocal under_way, most
            under_way += 1
            most = max(most, under_way)
            await go.wait()
            under_way -= 1
            return twilio_words.Sent(f"SM{int(to[1:]):032x}")

    jobs = []
    for person in people:
        await cast.click(cast.amy, person)
        clock.freeze(clock.now() + timedelta(seconds=1))
        jobs.append(asyncio.create_task(sending.drain({"twilio": Hangs()}, cast.number.id)))
        await asyncio.sleep(0.1)
    running = sum(not job.done() for job in jobs)
    go.set()
    await asyncio.gather(*jobs)
    sending._lines.clear()
    assert (most <= 2, running <= 3) == (True, True), f"{most} calls by one number, {running} jobs that wait"


# What comes in


class NoMedia(Twilio):
    """Twilio has a text with a picture whose files it can't list: HTTP 500, or 404 where somebody deleted them."""

    status = 404

    async def __aenter__(self) -> NoMedia:
        asked = self.http.request

        async def request(method: str, url: str, params: Any = None, **more: Any) -> Any:
            answer = await asked(method, url, params=params, **more)
            if "/Media.json" in url:
                answer.status_code = self.status
            return answer

        self.http.request = request  # type: ignore[method-assign]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


async def test_a_picture_nobody_can_list_does_not_hold_up_a_stop(cast: Cast, twilio: httpx.AsyncClient) -> None:
    clock.freeze(datetime.now(UTC))
    await transaction(lambda: PhoneNumber.all().update(created_at=clock.now() - timedelta(hours=1)))
    store = twilio.carrier.store  # type: ignore[attr-defined]
    store.add(IN, "+14125550102", cast.number.e164, "Look", 1, media="https://api.twilio.com/simulator/picture.png")
    await asyncio.sleep(0.01)
    store.add(IN, cast.lisa.phone, cast.number.e164, "STOP", 1)
    async with NoMedia(config.settings()) as twilio_:
        for _ in range(3):
            await receiving.catch_up({"twilio": twilio_})
    assert await OptOut.exists(phone=cast.lisa.phone)


@pytest.mark.postgres
async def test_a_stop_that_is_applied_while_its_number_is_added_is_heard(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It looked for the number a moment before it was there, and notes that it is applied a moment after."""
    payload = {"MessageSid": SID, "From": cast.lisa.phone, "To": SECOND, "Body": "STOP"}
    event = await applying.keep(INBOUND, payload)
    assert event
    applied, looked, go = TwilioEvent.mark_applied, asyncio.Event(), asyncio.Event()

    async def slowly(event: Any) -> None:
        looked.set()
        await go.wait()
        await applied(event)

    monkeypatch.setattr(TwilioEvent, "mark_applied", slowly)
    first = asyncio.create_task(applying.apply(event))
    await looked.wait()
    adding = asyncio.create_task(add_number(cast.meyer, SECOND, "PN" + "b" * 32, webhooks_ok=True))
    await asyncio.wait({adding}, timeout=1)
    go.set()
    await asyncio.gather(first, adding)
    await receiving.apply_events({})
    if again := await applying.keep(INBOUND, payload):
        await applying.apply(again)
    assert await OptOut.exists(phone=cast.lisa.phone)


# The pool, lines, the round trip


@pytest.mark.both
async def test_who_was_clicked_undone_and_clicked_again_counts_for_the_days_limit(cast: Cast) -> None:
    near = await add_number(cast.meyer, "+18145550199", "PN" + "b" * 32, rate=1e9, webhooks_ok=True)
    await transaction(lambda: PhoneNumber.filter(id=near.id).update(daily_limit=1))
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(preferred_area_codes="814", undo_seconds=5))
    others = [await cast.add_contact(f"+1412555020{n}", zip="15213") for n in range(3)]
    await cast.make()
    await cast.start(cast.amy)
    for contact in others:
        outcome = await cast.click(cast.amy, contact)
        assert isinstance(outcome, Queued)
        await undo.take_back(cast.amy, outcome.message.id)
        assert isinstance(await cast.click(cast.amy, contact), Queued)
        Changes.count += 1  # a second passes
    assert await Contact.filter(number_id=near.id).count() <= 1


@pytest.mark.both
async def test_a_line_twilio_does_not_know_leaves_what_an_error_taught(cast: Cast) -> None:
    """Lookup overrules errors (X4); "unknown" is no word of Lookup's. The answer may come after the error."""
    second = await transaction(lambda: _second_action(cast))
    [part] = [await line_lookups.window(cast.meyer, 0)]
    assert (cast.lisa.id, cast.lisa.phone) in part.asked
    claim = await claimed(cast)
    await answers.rejected(claim.message_id, claim.attempt_id, 21614)
    assert (await Conversation.get(action=second)).closed_code == errors.LANDLINE
    await line_lookups.found(cast.lisa.id, "unknown")
    assert (await Contact.get(id=cast.lisa.id)).landline_until
    assert (await Conversation.get(action=second)).closed_code == errors.LANDLINE


@pytest.mark.both
async def test_lookup_opens_nobodys_conversation_who_left_the_list(cast: Cast) -> None:
    """A landline by an error; taken off the list; then Lookup says it is a mobile."""
    second = await transaction(lambda: _second_action(cast))
    contact = await Contact.get(id=cast.lisa.id)

    async def taught() -> None:
        contact.landline_until = clock.now() + learning.LANDLINE_FOR
        await contact.save(update_fields=["landline_until"])

        await closing.close_conversations(contact, errors.LANDLINE)

    await transaction(taught)

    async def off() -> None:
        await ListMembership.filter(contact_list=cast.voters, contact=cast.lisa).delete()
        await audience.sync_conversations([cast.lisa.id])

    await transaction(off)
    await line_lookups.found(cast.lisa.id, "mobile")
    assert not await second_text_in(cast, second), "she is on no list of this action"


@pytest.mark.parametrize("words", ["OK", "STOP"])
async def test_a_round_trip_is_a_text_that_left(cast: Cast, words: str) -> None:
    """S10: the proof that texts leave and replies come in. This one still waits here."""
    import uuid

    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(round_trip_at=None))
    outcome = await round_trip.begin(cast.selina, uuid.uuid4())
    assert isinstance(outcome, Queued), outcome
    payload = {"MessageSid": SID, "From": cast.selina.user.phone, "To": cast.number.e164, "Body": words}
    event = await applying.keep(INBOUND, payload)
    assert event
    await applying.apply(event)
    assert (await Message.get(id=outcome.message.id)).status in ("queued", "cancelled")
    assert (await Campaign.get(id=cast.meyer.id)).round_trip_at is None, "nothing left yet"


async def test_an_owner_goes_on_only_when_what_came_in_is_applied(
    cast: Cast, gateway: Twilio, twilio: httpx.AsyncClient
) -> None:
    """No worker runs while the doctor does. A STOP that came to a number nobody had waits to be applied once more: the
    listing finds it known."""
    store = twilio.carrier.store  # type: ignore[attr-defined]
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
    assert await restoring.go_on(cast.selina) == ""
    assert not isinstance(await claim_next(cast.number.id), Claimed), "a text after STOP"


@pytest.mark.both
async def test_a_line_that_cannot_be_asked_about_does_not_hold_up_the_others(cast: Cast) -> None:
    """Ten phones at the front for which Twilio always answers an error: nobody behind them is ever asked about."""
    for n in range(12):
        await cast.add_contact(f"+14125552{n:03}", zip="15213")
    last = await cast.add_contact("+14125559999", zip="15213")
    await cast.make()
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(use_lookup=True))

    class Odd:
        async def line_type(self, phone: str) -> str:
            if phone != last.phone:
                raise twilio_words.TwilioException("HTTP 400")
            return "landline"

    for _ in range(5):
        await look_up_lines({"twilio": Odd()})
    assert (await Contact.get(id=last.id)).landline_until


async def test_drains_that_wait_for_twilio_leave_the_worker_its_clockwork(cast: Cast) -> None:
    """One click and one nudge each, while Twilio hangs: a number holds a job for each of its lines and one that waits."""
    people = [await cast.add_contact(f"+1412555{2000 + n}", zip="15213") for n in range(2 * sending.AT_ONCE)]
    await cast.make()
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(bucket_size=200))
    await cast.start(cast.amy)
    go = asyncio.Event()

    class Hangs:
        async def send(self, to: str, *_: object) -> twilio_words.Sent:
            await go.wait()
            return twilio_words.Sent(f"SM{int(to[1:]):032x}")

    running = []
    for person in people:
        await cast.click(cast.amy, person)
        clock.freeze(clock.now() + timedelta(seconds=0.05))
        running.append(asyncio.create_task(sending.drain({"twilio": Hangs()}, cast.number.id)))
        await asyncio.sleep(0.02)
    held = sum(not job.done() for job in running)
    go.set()
    await asyncio.gather(*running)
    assert held <= sending.AT_ONCE + 1 < settings.MOST_AT_ONCE / 20


@pytest.mark.both
async def test_three_looks_are_spread_over_five_minutes_however_slow_twilio_is(cast: Cast) -> None:
    """The clockwork begins a look each 5 s and lets each run for 60: where Twilio is slow, several have the same text in
    hand, and each counts as one of the three."""
    claim = await claimed(cast)
    await answers.unknown(claim.message_id, claim.attempt_id)
    claimed_at = clock.now()
    clock.freeze(claimed_at + timedelta(seconds=31))

    class Behind:
        """Its list does not have the text yet, and takes its time."""

        async def texts_between(self, *_: object) -> list[Any]:
            await asyncio.sleep(0.3)
            return []

    await asyncio.gather(*(sending.look_up({"twilio": Behind()}) for _ in range(3)))
    message = await Message.get(id=claim.message_id)
    again = await claim_next(cast.number.id)
    assert not isinstance(again, Claimed), "a second attempt, 31 seconds after the first"
    assert (message.status, message.looks) == ("unknown", 1)


def test_a_script_of_many_variables_does_not_hold_the_doctor_up_for_hours() -> None:
    """The words are compared inside of the transaction that holds the contact (on SQLite: everything)."""
    import subprocess
    import sys

    code = (
        "from webapp.models.restoring import _could_be\n"
        "script = ' '.join('##{{%s}}' % n for n in 'first_name last_name email phone state_abbrev a b c'.split()) + ' STOP'\n"
        "print(_could_be(script, 'word ' * 120 + 'end'))"
    )
    subprocess.run([sys.executable, "-c", code], timeout=10, check=True, cwd=Path(__file__).parents[2])


async def test_a_number_s_new_contacts_are_those_new_to_it(cast: Cast) -> None:
    """They had heard from a number that was given back; in the next action they come to this one, all of them."""
    people = [await cast.add_contact(f"+1412555020{n}", zip="15213") for n in range(3)]
    await cast.make()
    await cast.start(cast.amy)
    quick = Quick()
    for person in people:
        await cast.click(cast.amy, person)
    await sending.drain({"twilio": quick}, cast.number.id)
    near = await add_number(cast.meyer, "+18145550199", "PN" + "b" * 32, rate=1e9, webhooks_ok=True)
    await add_number(cast.meyer, "+19145550199", "PN" + "c" * 32, rate=1e9, webhooks_ok=True)
    await change_number(near, daily_limit=1)
    await change_number(cast.number, retired_at=clock.now(), released_at=clock.now())
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(preferred_area_codes="814"))
    second = await transaction(lambda: _second_action(cast))
    clock.freeze(clock.now() + timedelta(hours=22))
    action = await Action.get(id=second.id).select_related("campaign")
    await start.assign_bucket(action, cast.amy.user)
    for person in people:
        outcome = await send_card(cast.amy, await Conversation.get(action=second, contact=person))
        assert isinstance(outcome, Queued)
        Changes.count += 1  # a second passes
    assert await Contact.filter(number_id=near.id).count() <= 1
