"""A test to the phone of whoever writes the script: every safeguard, no action, no conversation (SPEC A6)."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from tests.cast import Cast, drawn, looked_for_in_vain, opt_out_phone, texts
from webapp import clock
from webapp.database import transaction
from webapp.models import kept_counts
from webapp.models.actions import pictures
from webapp.models.contacts.contact import Contact
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import CANCELLED, QUEUED, REFUSED, REJECTED, SENDING, TAKEN, TEST, UNKNOWN
from webapp.models.links import links
from webapp.models.links.links import CustomLink, LinkClick, TrackedLink
from webapp.models.opt_outs.opt_out import FROM_ADMIN, OptOut
from webapp.models.outcomes import answers, undecided
from webapp.models.receiving import applying
from webapp.models.receiving.event import INBOUND, STATUS
from webapp.models.results import recount
from webapp.models.sending import to_own_phone, undo
from webapp.models.sending.claim import claim_next
from webapp.models.sending.click import Declined, Queued
from webapp.models.sending.leaving import Claimed
from webapp.models.sending.refusal import Refusal
from webapp.rules import errors

HELLO = "Hi ##{{first_name}}, it's ##{{user.first_name}}."
GARY = "+14125550177"


async def gary_tries(cast: Cast, body: str = HELLO, **more: object) -> Queued:
    outcome = await to_own_phone.send(cast.gary, body, cast.lisa, uuid.uuid4(), **more)  # type: ignore[arg-type]
    assert isinstance(outcome, Queued), outcome
    return outcome


async def claimed_test(cast: Cast) -> Claimed:
    await gary_tries(cast)
    claim = await claim_next(cast.number.id)
    assert isinstance(claim, Claimed)
    return claim


@pytest.mark.both
async def test_a_test_goes_to_one_s_own_phone_as_the_person_shown_would_get_it(cast: Cast) -> None:
    outcome = await gary_tries(cast)
    message = outcome.message
    assert (message.kind, message.phone, message.body) == (TEST, GARY, "Hi Lisa, it's Gary.")
    assert (message.action_id, message.conversation_id, message.script_id, message.bucket_id) == (None,) * 4
    claim = await claim_next(cast.number.id)
    assert isinstance(claim, Claimed) and (claim.to, claim.body) == (GARY, "Hi Lisa, it's Gary.")
    await answers.taken(claim.message_id, "SM" + "1" * 32, claim.attempt_id)
    assert [m.status for m in await texts()] == [TAKEN]
    assert sum((await kept_counts.totals(cast.action.id)).values()) == 1  # Lisa, who remains
    assert await recount.differences() == []
    own = await Contact.get(campaign=cast.meyer, phone=GARY)
    assert own.name == "Gary Walsh" and await Conversation.filter(contact=own).count() == 0


async def test_the_same_click_twice_is_one_text(cast: Cast) -> None:
    click = uuid.uuid4()
    first = await to_own_phone.send(cast.gary, HELLO, cast.lisa, click)
    again = await to_own_phone.send(cast.gary, HELLO, cast.lisa, click)
    assert isinstance(first, Queued) and isinstance(again, Queued) and again.again
    assert len(await texts()) == 1


async def test_tests_may_follow_each_other_with_other_words_only(cast: Cast) -> None:
    """The six hours' lock is for people; the same words within ten minutes are a mistake."""
    claim = await claimed_test(cast)
    await answers.taken(claim.message_id, None, claim.attempt_id)
    outcome = await to_own_phone.send(cast.gary, HELLO, cast.lisa, uuid.uuid4())
    assert isinstance(outcome, Declined) and outcome.code == errors.LOCKED
    await gary_tries(cast, HELLO + " Again.")
    assert isinstance(await claim_next(cast.number.id), Claimed)


@pytest.mark.parametrize(
    ("hindrance", "code"),
    [
        ("opted_out", errors.OPTED_OUT),
        ("blocked", errors.BLOCKED),
        ("night", errors.OUT_OF_HOURS),
        ("unfilled", errors.UNFILLED),
        ("picture", errors.PICTURE_MISSING),
        ("number", errors.NO_NUMBER),
    ],
)
async def test_every_safeguard_holds_for_a_test_too(cast: Cast, hindrance: str, code: int) -> None:
    body, picture_id = HELLO, None
    if hindrance == "opted_out":
        await opt_out_phone(cast.meyer, GARY, FROM_ADMIN)
    if hindrance == "blocked":
        await gary_tries(cast)
        await transaction(lambda: Contact.filter(phone=GARY).update(blocked_at=clock.now()))
        body += "!"
    if hindrance == "night":
        clock.freeze(clock.now().replace(hour=5))
    if hindrance == "unfilled":
        body += " ##{{email}}"
    if hindrance == "picture":
        made = await pictures.take_in(cast.meyer, drawn())
        assert isinstance(made, pictures.Picture)
        picture_id = made.id
        made.path.unlink()
    if hindrance == "number":
        await transaction(lambda: type(cast.number).filter(id=cast.number.id).update(webhooks_ok=False))
    outcome = await to_own_phone.send(cast.gary, body, cast.lisa, uuid.uuid4(), picture_id)
    assert isinstance(outcome, Declined) and outcome.code == code


@pytest.mark.both
async def test_a_stop_between_click_and_claim_cancels_a_test_too(cast: Cast) -> None:
    await gary_tries(cast)
    await opt_out_phone(cast.meyer, GARY, FROM_ADMIN)
    assert await claim_next(cast.number.id) is None
    assert [m.status for m in await texts()] == [CANCELLED] and await recount.differences() == []


@pytest.mark.both
async def test_a_test_refused_by_the_worker_is_only_refused(cast: Cast) -> None:
    await gary_tries(cast)
    clock.freeze(clock.now().replace(hour=5) + timedelta(days=1))
    assert isinstance(await claim_next(cast.number.id), Refusal)
    [message] = await texts()
    assert (message.status, message.error_code) == (REFUSED, errors.OUT_OF_HOURS)
    assert await recount.differences() == []


@pytest.mark.both
async def test_a_test_nobody_knows_of_is_looked_up_and_left_to_staff(cast: Cast) -> None:
    claim = await claimed_test(cast)
    await answers.unknown(claim.message_id, claim.attempt_id)
    await looked_for_in_vain(claim.message_id)
    assert [m.status for m in await texts()] == [QUEUED]
    second = await claim_next(cast.number.id)
    assert isinstance(second, Claimed) and second.message_id == claim.message_id
    await answers.unknown(second.message_id, second.attempt_id)
    await looked_for_in_vain(claim.message_id)
    [open_one] = await undecided.texts(cast.meyer.id)
    assert open_one.status == UNKNOWN and await undecided.decide(open_one.id, "drop")
    assert await recount.differences() == []


@pytest.mark.parametrize("code", [21610, 30006, 30007])
async def test_a_test_that_fails_teaches_what_its_code_says(cast: Cast, code: int) -> None:
    claim = await claimed_test(cast)
    await answers.rejected(claim.message_id, claim.attempt_id, code)
    assert [m.status for m in await texts()] == [REJECTED]
    own = await Contact.get(phone=GARY, campaign=cast.meyer)
    assert (own.opted_out_at is not None, own.landline_until is not None) == (code == 21610, code == 30006)
    assert await recount.differences() == []


async def test_a_status_callback_and_a_stop_after_a_test_are_taken_in(cast: Cast) -> None:
    claim = await claimed_test(cast)
    event = await applying.keep(STATUS, {"MessageSid": "SM" + "2" * 32, "MessageStatus": "delivered"}, claim.public_id)
    assert event
    await applying.apply(event)
    [message] = await texts()
    assert (message.status, message.delivery) == (TAKEN, "delivered")
    stop = await applying.keep(
        INBOUND, {"MessageSid": "SM" + "3" * 32, "From": GARY, "To": cast.number.e164, "Body": "STOP"}
    )
    assert stop
    await applying.apply(stop)
    assert await OptOut.exists(campaign=cast.meyer, phone=GARY)
    assert isinstance(await to_own_phone.send(cast.gary, HELLO + "?", cast.lisa, uuid.uuid4()), Declined)


async def test_the_same_words_that_still_wait_are_not_queued_again(cast: Cast) -> None:
    await gary_tries(cast)
    outcome = await to_own_phone.send(cast.gary, HELLO, cast.lisa, uuid.uuid4())
    assert isinstance(outcome, Declined) and outcome.code == errors.LOCKED and len(await texts()) == 1


@pytest.mark.parametrize("number", ["+447400123456", "+19005550123"])
async def test_a_phone_this_system_may_not_text_gets_no_test(cast: Cast, number: str) -> None:
    cast.gary.user.phone = number
    outcome = await to_own_phone.send(cast.gary, HELLO, cast.lisa, uuid.uuid4())
    assert isinstance(outcome, Declined) and outcome.code == errors.INVALID_PHONE
    assert await Contact.filter(campaign=cast.meyer).count() == 1


async def test_a_test_that_is_declined_leaves_no_link_behind(cast: Cast) -> None:
    await transaction(
        lambda: CustomLink.create(
            campaign=cast.meyer, slug="plan", title="Plan", url="https://a.example/", created_at=clock.now()
        )
    )
    clock.freeze(clock.now().replace(hour=5))
    outcome = await to_own_phone.send(cast.gary, HELLO + " ##{{'plan'|trackable}}", cast.lisa, uuid.uuid4())
    assert isinstance(outcome, Declined) and await TrackedLink.all().count() == 0


async def test_a_test_is_not_undone(cast: Cast) -> None:
    assert await undo.take_back(cast.gary, (await gary_tries(cast)).message.id) is False


async def test_links_of_a_test_work_and_count_for_nobody(cast: Cast) -> None:
    await transaction(
        lambda: CustomLink.create(
            campaign=cast.meyer, slug="plan", title="Plan", url="https://a.example/", created_at=clock.now()
        )
    )
    message = (await gary_tries(cast, HELLO + " ##{{'plan'|trackable}}")).message
    [tracked] = await TrackedLink.all()
    assert tracked.message_id == message.id and message.body.endswith(tracked.address)
    await links.clicked(tracked, links.PERSON, "a browser")
    assert await LinkClick.all().count() == 1 and await links.counted(cast.meyer) == {}
    assert await recount.differences() == []


async def test_pausing_an_action_holds_no_test_up_and_stop_everything_does(cast: Cast) -> None:
    await cast.action.pause(cast.gary)
    await gary_tries(cast)
    await cast.meyer.stop_everything()
    assert await claim_next(cast.number.id) is None
    await cast.meyer.go_on()
    assert isinstance(await claim_next(cast.number.id), Claimed)
    assert [m.status for m in await texts()] == [SENDING]
