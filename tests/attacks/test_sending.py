"""Attacks on sending, restoring, spending and media. Each states what is promised; it fails where the promise is broken."""

from __future__ import annotations

import asyncio
import shutil
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.cast import Cast, send_card
from tests.models.receiving.test_applying import says, texted
from tests.models.sending.test_claim import claimed
from tests.routes.conftest import Browser
from tests.stories.test_restore import restore
from tests.workers.test_media_jobs import AT, sends
from webapp import clock, config, database
from webapp.config import Settings
from webapp.database import transaction
from webapp.gateways import media as media_gateway
from webapp.gateways import twilio as twilio_words
from webapp.gateways.twilio import Twilio
from webapp.models.accounts.campaign import Campaign
from webapp.models.actions.action import PUBLIC, Action
from webapp.models.actions.script import INITIAL, Script
from webapp.models.contacts.contact import Contact
from webapp.models.conversations import making
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import Message
from webapp.models.numbers.number import PhoneNumber, add_number
from webapp.models.opt_outs.opt_out import OptOut
from webapp.models.receiving import applying
from webapp.models.receiving.event import INBOUND
from webapp.models.receiving.media import KEPT, REFUSED, Media
from webapp.models.results import operations, recount
from webapp.models.sending import answers, caps, restoring
from webapp.models.sending.claim import Claimed, claim_next
from webapp.models.sending.click import Declined, Queued
from webapp.rules import errors
from webapp.rules.scripts import picture
from webapp.simulator.store import IN, OUT
from webapp.workers import receiving, sending
from webapp.workers import restoring as restoring_jobs
from webapp.workers.media import fetch_media

SID = "SM" + "1" * 32
WORDS = "Hi Lisa, it's Amy with Meyer for Senate. Will you vote? Reply STOP to opt out."
SECOND = "+14125550199"


async def owner_goes_on(cast: Cast) -> None:
    await (await Campaign.get(id=cast.meyer.id)).go_on()


async def tap(cast: Cast) -> object:
    await cast.start(cast.amy)
    talk = await cast.conversation()
    if talk.user_id != cast.amy.user_id:
        return Declined(talk.closed_code or errors.ALREADY_TEXTED)
    return await cast.click(cast.amy)


# After a restore


async def taken_again(cast: Cast, gateway: Twilio) -> None:
    """The doctor names the number nobody has; an admin takes it into the campaign, and two minutes pass."""
    with pytest.raises(restoring_jobs.LostNumbers) as lost:
        await restoring_jobs.reconcile(gateway)
    assert lost.value.e164s == [SECOND]
    await add_number(cast.meyer, SECOND, "PN" + "b" * 32, webhooks_ok=True)
    await receiving.catch_up({"twilio": gateway})
    await restoring_jobs.reconcile(gateway)


async def test_texts_of_a_number_bought_after_the_backup_are_marked_too(
    cast: Cast, gateway: Twilio, twilio: httpx.AsyncClient
) -> None:
    """The number's row is lost with the backup; its texts are Twilio's all the same. Lisa was texted from it."""
    store = twilio.carrier.store  # type: ignore[attr-defined]
    store.add_number(SECOND, "http://texts.example/webhooks/twilio/inbound")
    store.advance(store.add(OUT, SECOND, cast.lisa.phone, WORDS, 1).sid, "delivered")
    clock.freeze(clock.now() + timedelta(hours=1))
    await restoring.stop_all()
    await taken_again(cast, gateway)
    await owner_goes_on(cast)
    clock.freeze(clock.now() + timedelta(minutes=5))
    assert not isinstance(await tap(cast), Queued)
    assert not isinstance(await claim_next(cast.number.id), Claimed), "a second first text leaves"


async def test_a_stop_to_a_number_bought_after_the_backup_is_found_again(
    cast: Cast, gateway: Twilio, twilio: httpx.AsyncClient
) -> None:
    store = twilio.carrier.store  # type: ignore[attr-defined]
    store.add_number(SECOND, "http://texts.example/webhooks/twilio/inbound")
    store.add(IN, cast.lisa.phone, SECOND, "STOP", 1)
    clock.freeze(clock.now() + timedelta(hours=1))
    await restoring.stop_all()
    await taken_again(cast, gateway)
    assert await OptOut.exists(phone=cast.lisa.phone), "the STOP is lost for good: nobody is ever asked for it"


@pytest.mark.both
async def test_a_stop_to_a_number_that_is_added_a_moment_later_opts_out(cast: Cast) -> None:
    """It came by the webhook while no row had the number (lost with the backup, or taken over from the account): it is
    noted as applied, its sid is known from then on, and no door takes it in again."""
    payload = {"MessageSid": SID, "From": cast.lisa.phone, "To": SECOND, "Body": "STOP"}
    event = await applying.keep(INBOUND, payload)
    assert event
    await applying.apply(event)
    clock.freeze(clock.now() + timedelta(minutes=2))
    await add_number(cast.meyer, SECOND, "PN" + "b" * 32, webhooks_ok=True)
    await receiving.apply_events({})
    if again := await applying.keep(INBOUND, payload):  # as catching up does
        await applying.apply(again)
    assert await OptOut.exists(phone=cast.lisa.phone)


@pytest.mark.parametrize("status", ["delivered", "queued"])
async def test_a_text_that_still_waits_at_twilio_is_marked(
    cast: Cast, gateway: Twilio, twilio: httpx.AsyncClient, status: str
) -> None:
    """Twilio took it; it has no date sent yet, so a list by the date sent does not have it."""
    store = twilio.carrier.store  # type: ignore[attr-defined]
    store.advance(store.add(OUT, cast.number.e164, cast.lisa.phone, WORDS, 1).sid, status)
    await restoring.stop_all()
    counts = await restoring_jobs.reconcile(gateway)
    await owner_goes_on(cast)
    clock.freeze(clock.now() + timedelta(minutes=5))
    assert not isinstance(await tap(cast), Queued) and counts["marked"] == 1


async def test_a_text_that_waited_in_the_backup_with_other_words_does_not_leave_as_well(cast: Cast) -> None:
    """Backup: clicked, undone a moment later. Then the script is edited, Amy reads the new card and sends it."""
    await cast.start(cast.amy)
    assert isinstance(await cast.click(cast.amy), Queued)
    await restoring.stop_all()
    edited = "Hello Lisa, Amy here, Meyer for Senate. Your vote counts! Reply STOP to opt out."
    found = await restoring.mark(cast.number, restoring.Sent(SID, cast.lisa.phone, edited, clock.now()))
    assert found == "settled" and (await Message.get()).body == edited and await recount.differences() == []
    await restoring.reconciled()
    await owner_goes_on(cast)
    clock.freeze(clock.now() + timedelta(hours=6, minutes=1))
    assert not isinstance(await claim_next(cast.number.id), Claimed)


async def _second_action(cast: Cast) -> Action:
    second = await Action.create(
        campaign=cast.meyer, title="Second", state=PUBLIC, published_at=clock.now(), created_at=clock.now()
    )
    await second.use_lists([cast.voters])
    await Script.create(action=second, kind=INITIAL, body="Old words, ##{{first_name}}. Reply STOP to opt out.")
    await making.make_all(second.id)
    return second


async def test_whoever_answered_in_another_action_once_counts_as_texted_too(cast: Cast) -> None:
    """Lisa answered in one action; in a second one she is texted after the backup, by a script edited since."""
    await texted(cast)
    await says(cast, "Yes!")
    second = await transaction(lambda: _second_action(cast))
    clock.freeze(clock.now() + timedelta(hours=1))
    lost = restoring.Sent(SID, cast.lisa.phone, "New words, Lisa. Reply STOP to opt out.", clock.now())
    await restoring.mark(cast.number, lost)
    assert (await Conversation.get(action=second)).texted_at, "rather not texted than twice"


async def test_who_is_on_the_list_but_had_no_conversation_yet_counts_as_texted(cast: Cast) -> None:
    """The backup fell between a list's upload and the job that makes its conversations."""
    nora = await cast.add_contact("+14125550103", first_name="Nora", zip="15213")
    lost = restoring.Sent(SID, nora.phone, WORDS.replace("Lisa", "Nora"), clock.now())
    await restoring.mark(cast.number, lost)
    await cast.make()
    clock.freeze(clock.now() + timedelta(hours=6, minutes=1))
    await cast.start(cast.amy)
    talk = await Conversation.get_or_none(contact=nora)
    outcome = await send_card(cast.amy, talk) if talk and talk.user_id == cast.amy.user_id else None
    assert not isinstance(outcome, Queued)


async def test_texts_that_left_just_before_a_fail_over_are_noticed(
    cast: Cast, gateway: Twilio, twilio: httpx.AsyncClient, tmp_path: Path
) -> None:
    """A database a few seconds older (a replica that lagged): the last texts were claimed after the last note."""
    dora = await cast.add_contact("+14125550102", zip="15213")
    await cast.make()
    await cast.start(cast.amy)
    assert isinstance(await cast.click(cast.amy), Queued)
    await sending.drain({"twilio": gateway}, cast.number.id)
    await restoring_jobs.notice_restore({})
    await database.query("PRAGMA wal_checkpoint(TRUNCATE)")
    copy = shutil.copy(config.settings().database.removeprefix("sqlite://"), tmp_path / "backup.db")
    clock.freeze(clock.now() + timedelta(seconds=3))
    assert isinstance(await cast.click(cast.amy, dora), Queued)
    await sending.drain({"twilio": gateway}, cast.number.id)
    found = [m["to"] for m in (await twilio.get("/simulator/messages")).json()]
    assert dora.phone in found
    await restore(Path(copy))
    await restoring_jobs.notice_restore({})
    assert (await Campaign.get(id=cast.meyer.id)).stopped_at, "Dora is in the pool again, and nobody noticed"


async def test_a_note_of_the_future_hides_no_restore(cast: Cast) -> None:
    """One number was told to wait 300 s (429) when the backup was made; the other went on sending."""
    other = await add_number(cast.meyer, SECOND, "PN" + "b" * 32, webhooks_ok=True)
    now = clock.now()
    await transaction(lambda: PhoneNumber.filter(id=other.id).update(free_at=now + timedelta(seconds=300)))
    await restoring_jobs.notice_restore({})
    clock.freeze(now + timedelta(seconds=200))
    await transaction(lambda: PhoneNumber.filter(id=cast.number.id).update(free_at=clock.now()))  # it sends on
    await restoring_jobs.notice_restore({})
    await transaction(lambda: PhoneNumber.filter(id=cast.number.id).update(free_at=None))  # the backup again
    await restoring_jobs.notice_restore({})
    assert (await Campaign.get(id=cast.meyer.id)).stopped_at


async def test_a_note_that_cannot_be_read_is_not_taken_for_none(cast: Cast) -> None:
    """After a power cut it may be empty."""
    await transaction(lambda: PhoneNumber.filter(id=cast.number.id).update(free_at=clock.now()))
    await restoring_jobs.notice_restore({})
    assert (await Campaign.get(id=cast.meyer.id)).stopped_at is None
    (config.settings().data_dir / "sent_until" / str(cast.number.id)).write_text("")
    await restoring_jobs.notice_restore({})
    assert (await Campaign.get(id=cast.meyer.id)).stopped_at


async def test_stop_everything_does_not_end_the_stop_of_a_restore(cast: Cast, browse: Browser) -> None:
    """Gary, an admin, presses Stop Everything (which is no harm, it seems), then lets texts go."""
    gary = await browse(cast.gary)
    await restoring.stop_all()
    await gary.post("/c/meyer/admin/stop")
    await gary.post("/c/meyer/admin/stop/end")
    assert (await Campaign.get(id=cast.meyer.id)).stopped_at, "nothing was reconciled, and no owner went on"


@pytest.mark.both
async def test_bad_credentials_do_not_end_the_stop_of_a_restore(cast: Cast) -> None:
    claim = await claimed(cast)
    await restoring.stop_all()  # while the call is under way
    await answers.rejected(claim.message_id, claim.attempt_id, 20003)
    assert await restoring.go_on(cast.gary) == "restored"


# The clockwork


class Odd(Twilio):
    """Twilio answers lists with HTTP 500, as it does in trouble; of one number only where ``of`` is given."""

    of = ""

    async def __aenter__(self) -> Odd:
        asked = self.http.request

        async def request(method: str, url: str, params: Any = None, **more: Any) -> Any:
            answer = await asked(method, url, params=params, **more)
            values = list((params or {}).values())
            if method.upper() == "GET" and "Messages.json" in url and (not self.of or self.of in values):
                answer.status_code = 500
            return answer

        self.http.request = request  # type: ignore[method-assign]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


@pytest.mark.parametrize("trouble", [False, True])
async def test_a_look_up_that_twilio_cannot_answer_does_not_end_the_sweep(
    cast: Cast, twilio: httpx.AsyncClient, trouble: bool
) -> None:
    """The SDK raises TwilioException, not TwilioRestException, for a list that fails: caps and events are never reached."""
    dora = await cast.add_contact("+14125550102", zip="15213")
    await cast.make()
    await texted(cast)  # one segment was spent
    await cast.click(cast.amy, dora)
    claim = await claim_next(cast.number.id)
    assert isinstance(claim, Claimed)
    await answers.unknown(claim.message_id, claim.attempt_id)  # its answer was lost
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(daily_cap=1))
    clock.freeze(clock.now() + timedelta(minutes=1))
    async with Odd(config.settings()) as odd:
        odd.of = "" if trouble else "nobody"
        try:
            await sending.look_up({"twilio": odd})
        finally:
            await sending.enforce_caps({})
    assert (await Campaign.get(id=cast.meyer.id)).capped_on is not None, "the cap is reached and nobody looked"


@pytest.mark.parametrize("trouble", [False, True])
async def test_one_number_that_cannot_be_listed_does_not_keep_the_others_from_being_heard(
    cast: Cast, twilio: httpx.AsyncClient, trouble: bool
) -> None:
    clock.freeze(datetime.now(UTC))
    await transaction(lambda: PhoneNumber.all().update(created_at=clock.now() - timedelta(hours=1)))
    await add_number(cast.meyer, SECOND, "PN" + "b" * 32, webhooks_ok=True)
    twilio.carrier.store.add(IN, cast.lisa.phone, SECOND, "STOP", 1)  # type: ignore[attr-defined]
    async with Odd(config.settings()) as odd:
        odd.of = cast.number.e164 if trouble else "nobody"
        try:
            await receiving.catch_up({"twilio": odd})
        finally:
            await odd.close()
    assert await OptOut.exists(phone=cast.lisa.phone)


class Slow:
    """Twilio hangs at one phone, and answers at once for the others."""

    def __init__(self, hangs_at: str) -> None:
        self.hangs_at, self.sent, self.go = hangs_at, [], asyncio.Event()  # type: ignore[var-annotated]

    async def send(self, to: str, *_: object) -> twilio_words.Sent:
        self.sent.append(to)
        if to == self.hangs_at:
            await self.go.wait()
        return twilio_words.Sent(f"SM{len(self.sent):032x}")


async def test_a_nudge_that_comes_while_one_call_hangs_is_heeded(cast: Cast) -> None:
    """The drain has nothing more to claim and waits for its slow call (10 s); nudges meanwhile are dropped, the sweep's as
    well, and when it ends it asks for no other."""
    dora = await cast.add_contact("+14125550102", zip="15213")
    await cast.make()
    await cast.start(cast.amy)
    await cast.click(cast.amy)
    slow = Slow(cast.lisa.phone)
    draining = asyncio.create_task(sending.drain({"twilio": slow}, cast.number.id))
    while not slow.sent:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)
    clock.freeze(clock.now() + timedelta(seconds=1))
    await cast.click(cast.amy, dora)
    await sending.drain({"twilio": slow}, cast.number.id)
    await asyncio.sleep(0.5)
    sent = list(slow.sent)
    slow.go.set()
    await draining
    assert dora.phone in sent


# Spending


async def test_a_cap_that_was_raised_meanwhile_is_not_put_down(cast: Cast) -> None:
    await texted(cast)
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(daily_cap=100))
    [read] = await caps.capped()  # the sweep has read it
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(daily_cap=10_000, capped_on=None))
    await caps.enforce(read)
    assert (await Campaign.get(id=cast.meyer.id)).capped_on is None, "paused until midnight at 1 % of the cap"


@pytest.mark.both
async def test_a_text_that_may_have_been_taken_counts(cast: Cast) -> None:
    """Twilio's answers are lost for a while: what it took costs, and the cap does not see it."""
    claim = await claimed(cast)
    await answers.unknown(claim.message_id, claim.attempt_id)
    assert sum((await caps.today(cast.meyer)).values()) == 125


@pytest.mark.postgres
async def test_a_large_cap_is_refused_or_kept(cast: Cast, browse: Browser) -> None:
    selina = await browse(cast.selina)
    form = {
        "start_time": "09:00",
        "end_time": "21:00",
        "timezone": "America/New_York",
        "bucket_size": "100",
        "preferred_area_codes": "",
        "fallback_sender": "a volunteer",
        "fallback_recipient": "friend",
        "segment_price": "0.0125",
        "mms_price": "0.022",
        "daily_cap": "300000",
        "return_after_minutes": "60",
        "undo_seconds": "5",
        "queue_limit_minutes": "30",
        "possible_opt_out_hours": "2",
        "waiting_reply_minutes": "60",
    }
    assert (await selina.post("/c/meyer/admin/settings", data=form)).status_code in (200, 422)


# Media


async def test_a_picture_that_came_while_we_were_away_is_fetched(cast: Cast, twilio: httpx.AsyncClient) -> None:
    clock.freeze(datetime.now(UTC))
    await transaction(lambda: PhoneNumber.all().update(created_at=clock.now() - timedelta(hours=1)))
    twilio.carrier.store.add(IN, cast.lisa.phone, cast.number.e164, "Look", 1, media=AT + ".png")  # type: ignore[attr-defined]
    gateway = Twilio(config.settings())
    await receiving.catch_up({"twilio": gateway})
    await fetch_media({"twilio": gateway})
    await gateway.close()
    [row] = await Media.all()
    assert row.status != REFUSED, f"lost for good: {row.why!r} at {row.url!r}"


async def test_a_wrong_login_is_trouble_and_no_reason_to_give_a_picture_up(
    cast: Cast, twilio: httpx.AsyncClient
) -> None:
    """A token that is being rotated: 401 today, 200 in a minute."""
    [row] = await sends(cast, ".png")
    config.use(Settings(**{**config.settings().__dict__, "twilio_auth_token": "rotated"}))
    await fetch_media({})
    row = await Media.get(id=row.id)
    assert row.status != REFUSED, row.why


@pytest.mark.parametrize("address", ["https://[", "https://api.twilio.com:99999/x"])
async def test_an_address_nobody_can_read_does_not_hold_up_the_others(
    cast: Cast, twilio: httpx.AsyncClient, address: str
) -> None:
    await texted(cast)
    await says(cast, "Look", NumMedia="2", MediaUrl0=address, MediaUrl1=AT + ".png")
    for _ in range(3):
        await fetch_media({})
        clock.freeze(clock.now() + timedelta(hours=1))
    assert (await Media.all().order_by("id"))[1].status == KEPT


async def test_pictures_are_unpacked_one_at_a_time(
    cast: Cast, twilio: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each text with a picture nudges a job, and a picture of 250 kB takes 0.7 GB while it is read (scripts' take turns)."""
    await sends(cast, ".png")
    inside, most, lock = 0, 0, threading.Lock()
    read = picture.read

    def slow(data: bytes) -> Any:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        time.sleep(0.3)
        try:
            return read(data)
        finally:
            with lock:
                inside -= 1

    monkeypatch.setattr(picture, "read", slow)
    await asyncio.gather(*(fetch_media({}) for _ in range(5)))
    assert most == 1


async def test_a_picture_that_kills_the_worker_is_not_read_for_ever(
    cast: Cast, twilio: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that dies while it reads one (out of memory) tries it again first thing, each minute, for ever."""
    await sends(cast, ".png")

    class Killed(BaseException):
        pass

    def killed(data: bytes) -> Any:
        raise Killed

    monkeypatch.setattr(picture, "read", killed)
    for _ in range(12):
        try:
            await fetch_media({})
        except Killed:
            pass
        clock.freeze(clock.now() + timedelta(days=1))
    [row] = await Media.all()
    assert row.tries > 0 or row.status == REFUSED


@pytest.mark.parametrize(
    "address", ["64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "::7f00:1", "::ffff:0:7f00:1", "fec0::1", "64:ff9b:1::a00:1"]
)
def test_private_addresses_are_known_behind_a_translation(address: str) -> None:
    assert media_gateway.is_public(address) is False


# Who sees what


async def test_operations_tells_nothing_of_other_campaigns(cast: Cast) -> None:
    await add_number(cast.ryan, SECOND, "PN" + "b" * 32, webhooks_ok=True)
    await applying.keep(INBOUND, {"MessageSid": SID, "From": cast.lisa.phone, "To": SECOND, "Body": "Hi"})
    assert (await operations.open_ends(cast.meyer)).events == 0


async def test_a_number_takes_no_more_new_contacts_than_its_limit(cast: Cast) -> None:
    """S3: free means fewer new contacts today than the number's limit."""
    near = await add_number(cast.meyer, "+18145550199", "PN" + "b" * 32, rate=1e9, webhooks_ok=True)
    await transaction(lambda: PhoneNumber.filter(id=near.id).update(daily_limit=1))
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(preferred_area_codes="814"))
    others = [await cast.add_contact(f"+1412555020{n}", zip="15213") for n in range(3)]
    await cast.make()
    await cast.start(cast.amy)
    for contact in others:
        await cast.click(cast.amy, contact)
    assert await Contact.filter(number_id=near.id).count() <= 1
