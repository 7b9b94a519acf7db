"""The click, the queue and Undo."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, timedelta

import pytest

from tests.cast import Cast, opt_out_phone, send_card, texts
from tests.models.receiving.test_applying import says
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import VOLUNTEER, Membership
from webapp.models.actions.action import Action
from webapp.models.actions.script import ScriptTag
from webapp.models.contacts import labels
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.contacts.lists import ListMembership
from webapp.models.conversations import assigning, buckets, going_back, hours, start
from webapp.models.conversations.buckets import Bucket
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import CANCELLED, QUEUED
from webapp.models.opt_outs.opt_out import FROM_KEYWORD
from webapp.models.reports import labelling
from webapp.models.results import recount
from webapp.models.sending import answers, click, effects, undo
from webapp.models.sending.claim import Claimed, claim_next
from webapp.models.sending.click import Changed, Declined, Moved, Queued, Stopped
from webapp.models.tallies import Tally
from webapp.rules import errors


async def texted(cast: Cast) -> None:
    """Amy has texted Lisa, and Twilio has it."""
    await cast.start(cast.amy)
    await cast.click(cast.amy)
    claim = await claim_next(cast.number.id)
    assert isinstance(claim, Claimed)
    await answers.taken(claim.message_id, "SM" + "9" * 32, claim.attempt_id)
    await transaction(lambda: Contact.filter(id=cast.lisa.id).update(last_inbound_conversation_id=claim.message_id))


async def settle(cast: Cast, **values: object) -> None:
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(**values))


@pytest.mark.both
async def test_a_click_stores_one_text_and_the_same_click_again_is_the_same_text(cast: Cast) -> None:
    await cast.start(cast.amy)
    conversation, client_id = await cast.conversation(), uuid.uuid4()
    first = await send_card(cast.amy, conversation, client_id)
    again = await send_card(cast.amy, conversation, client_id)
    assert isinstance(first, Queued) and isinstance(again, Queued)
    assert again.again and again.message.id == first.message.id
    assert len(await texts()) == 1
    assert await recount.differences() == []


@pytest.mark.both
async def test_two_tabs_that_press_send_at_once_send_one_text(cast: Cast) -> None:
    await cast.start(cast.amy)
    conversation = await cast.conversation()
    outcomes = await asyncio.gather(*(send_card(cast.amy, conversation) for _ in range(6)))
    assert sum(isinstance(outcome, Queued) for outcome in outcomes) == 1
    assert [o.code for o in outcomes if isinstance(o, Declined)] == [errors.ALREADY_TEXTED] * 5
    assert len(await texts()) == 1


@pytest.mark.both
async def test_the_same_click_several_times_at_once_is_one_text_and_one_answer(cast: Cast) -> None:
    await cast.start(cast.amy)
    conversation, client_id = await cast.conversation(), uuid.uuid4()
    outcomes = await asyncio.gather(*(send_card(cast.amy, conversation, client_id) for _ in range(6)))
    assert len({outcome.message.id for outcome in outcomes if isinstance(outcome, Queued)}) == 1
    assert sum(isinstance(outcome, Queued) for outcome in outcomes) == 6
    assert len(await texts()) == 1 and await recount.differences() == []


@pytest.mark.both
async def test_the_same_reply_several_times_at_once_is_one_text_and_one_answer(cast: Cast) -> None:
    await texted(cast)
    conversation, client_id = await cast.conversation(), uuid.uuid4()
    replies = [click.send_reply(cast.amy, conversation.id, client_id, None, "At the library.") for _ in range(6)]
    outcomes = await asyncio.gather(*replies)
    assert len({outcome.message.id for outcome in outcomes if isinstance(outcome, Queued)}) == 1
    assert sum(isinstance(outcome, Queued) for outcome in outcomes) == 6
    assert len(await texts()) == 2 and await recount.differences() == []


async def test_a_text_that_changed_since_it_was_read_is_shown_again(cast: Cast) -> None:
    await cast.start(cast.amy)
    await transaction(lambda: cast.hello.write("", "Another text. Reply STOP to opt out.", None))
    conversation = await cast.conversation()
    outcome = await click.send_first(cast.amy, conversation.id, uuid.uuid4(), "the hash of the old card")
    assert isinstance(outcome, Changed)
    assert await texts() == []


async def test_someone_else_s_contact_can_not_be_texted(cast: Cast) -> None:
    await cast.start(cast.amy)
    assert isinstance(await cast.click(cast.dan), Moved)
    assert await texts() == []


async def test_a_suspended_volunteer_s_open_card_sends_nothing(cast: Cast) -> None:
    await cast.start(cast.amy)
    await transaction(lambda: Membership.filter(id=cast.amy.id).update(suspended_at=clock.now()))
    assert await cast.click(cast.amy) == Stopped("member")


async def test_a_paused_action_sends_no_first_text(cast: Cast) -> None:
    await cast.start(cast.amy)
    await transaction(cast.action.pause)
    assert await cast.click(cast.amy) == Stopped("paused")


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("opted_out_at", "now", errors.OPTED_OUT),
        ("blocked_at", "now", errors.BLOCKED),
        ("landline_until", "later", errors.LANDLINE),
    ],
)
async def test_a_final_safeguard_closes_the_conversation(cast: Cast, field: str, value: str, code: int) -> None:
    await cast.start(cast.amy)
    at = clock.now() + timedelta(days=value == "later")
    await transaction(lambda: Contact.filter(id=cast.lisa.id).update(**{field: at}))
    assert await cast.click(cast.amy) == Declined(code)
    conversation = await cast.conversation()
    assert conversation.closed_code == code and conversation.texted_at is None
    assert await recount.differences() == []


async def test_out_of_hours_the_person_goes_to_the_end_of_the_queue(cast: Cast) -> None:
    kim = await cast.add_contact("+14125550102", first_name="Kim", zip="15213")
    await cast.make()
    await cast.start(cast.amy)
    clock.freeze(clock.now().replace(hour=4))  # 11 at night in Pittsburgh
    assert await cast.click(cast.amy) == Declined(errors.OUT_OF_HOURS)
    clock.freeze(clock.now().replace(hour=16))
    action = await Action.get(id=cast.action.id).select_related("campaign")
    waiting = await start.next_in_queue(action, cast.amy.user)
    assert waiting and waiting.contact_id == kim.id


async def test_a_variable_that_can_not_be_filled_sends_no_blank(cast: Cast) -> None:
    await transaction(lambda: CustomField.create(campaign=cast.meyer, title="Issue", slug="issue_id"))
    await transaction(lambda: cast.hello.write("", "About ##{{issue_id}}. Reply STOP to opt out.", None))
    await cast.start(cast.amy)
    assert await cast.click(cast.amy) == Declined(errors.UNFILLED)
    assert await texts() == []


async def test_a_value_that_looks_like_a_variable_is_not_expanded(cast: Cast) -> None:
    await transaction(lambda: Contact.filter(id=cast.lisa.id).update(first_name="##{{user.phone}}"))
    await cast.start(cast.amy)
    await cast.click(cast.amy)
    [message] = await texts()
    assert message.body.startswith("Hi ##{{user.phone}}, it's Amy")


async def test_a_campaign_without_a_healthy_number_sends_nothing(cast: Cast) -> None:
    await cast.start(cast.amy)
    cast.number.paused_at = clock.now()
    await transaction(cast.number.save)
    assert await cast.click(cast.amy) == Declined(errors.NO_NUMBER)


async def test_undo_takes_a_queued_text_back_and_the_person_can_be_texted_again(cast: Cast) -> None:
    await cast.start(cast.amy)
    outcome = await cast.click(cast.amy)
    assert isinstance(outcome, Queued)
    assert await undo.take_back(cast.amy, outcome.message.id)
    assert [m.status for m in await texts()] == [CANCELLED]
    assert (await cast.conversation()).texted_at is None
    assert not await undo.take_back(cast.amy, outcome.message.id)
    assert isinstance(await cast.click(cast.amy), Queued)
    assert await recount.differences() == []


async def test_nobody_undoes_another_s_text(cast: Cast) -> None:
    await cast.start(cast.amy)
    outcome = await cast.click(cast.amy)
    assert isinstance(outcome, Queued)
    assert not await undo.take_back(cast.dan, outcome.message.id)


@pytest.mark.both
async def test_fifty_volunteers_who_start_at_once_share_a_thousand_contacts_without_overlap(cast: Cast) -> None:
    from tests.cast import member

    await settle(cast, bucket_size=25)
    rows = [
        Contact(
            campaign=cast.meyer,
            phone=f"+1412556{n:04}",
            first_name=f"C{n}",
            zone_set_id=cast.lisa.zone_set_id,
            created_at=clock.now(),
        )
        for n in range(999)
    ]

    async def fill() -> list[Membership]:
        await Contact.bulk_create(rows, batch_size=300)
        everyone = await Contact.filter(campaign=cast.meyer).exclude(id=cast.lisa.id)
        await ListMembership.bulk_create(
            [ListMembership(contact_list=cast.voters, contact=c) for c in everyone], batch_size=300
        )
        return [await member(cast.meyer, f"V{n}", "Olunteer", VOLUNTEER) for n in range(50)]

    people = await transaction(fill)
    await cast.make()
    assert await Conversation.filter(action=cast.action).count() == 1000
    await asyncio.gather(*(cast.start(person) for person in people for _ in range(2)))
    held = await Conversation.filter(action=cast.action).values_list("user_id", "bucket_id")
    sizes: dict[int, int] = {}
    for user_id, _ in held:
        if user_id:
            sizes[user_id] = sizes.get(user_id, 0) + 1
    assert sum(sizes.values()) == 1000 and max(sizes.values()) == 25
    assert await Bucket.filter(action=cast.action).count() <= 50
    assert await recount.differences() == []


@pytest.mark.both
async def test_a_database_error_at_start_never_reads_as_all_done(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object, **__: object) -> list:
        raise RuntimeError("the database went away")

    monkeypatch.setattr(start, "_claim", broken)
    with pytest.raises(RuntimeError):
        await cast.start(cast.amy)
    assert await Bucket.all().count() == 0
    assert (await cast.conversation()).user_id is None


async def test_a_second_start_gives_the_same_bucket(cast: Cast) -> None:
    await cast.start(cast.amy)
    await cast.start(cast.amy)
    assert await Bucket.all().count() == 1


async def test_a_contact_skipped_twice_goes_back_to_the_pool(cast: Cast) -> None:
    await cast.start(cast.amy)
    await going_back.skip(await cast.conversation())
    assert (await cast.conversation()).user_id == cast.amy.user_id
    await going_back.skip(await cast.conversation())
    conversation = await cast.conversation()
    assert conversation.user_id is None and conversation.last_holder_id == cast.amy.user_id
    assert await recount.differences() == []


async def test_start_hands_out_only_people_awake_for_ten_more_minutes(cast: Cast) -> None:
    keoni = await cast.add_contact("+18085550107", first_name="Keoni", zip="96720")  # Hawaii, 6 in the morning
    await cast.make()
    await cast.start(cast.amy)
    assert (await cast.conversation(keoni)).user_id is None
    assert (await cast.conversation()).user_id == cast.amy.user_id
    action = await Action.get(id=cast.action.id).select_related("campaign")
    [group] = await hours.asleep(action, None)
    assert group.people == 1 and group.opens_at is not None
    assert group.opens_at.hour == 19  # 9:00 there


async def test_who_can_not_be_handed_out_minutes_before_the_window_ends_opens_the_next_day(cast: Cast) -> None:
    clock.freeze(clock.now().replace(hour=1, minute=55) + timedelta(days=1))  # 8:55 PM in New York
    action = await Action.get(id=cast.action.id).select_related("campaign")
    [group] = await hours.asleep(action, None)
    assert group.opens_at and group.opens_at.astimezone(UTC) == clock.now().replace(hour=14, minute=0)


async def test_counts_are_written_after_all_that_a_script_s_effects_lock(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    tag = await Tag.get(slug="will_vote", campaign=cast.meyer)
    await transaction(lambda: ScriptTag.create(script=cast.thanks, tag=tag))
    await texted(cast)
    await says(cast, "Yes")
    apply, seen = effects.apply, []

    async def looked(*arguments):  # type: ignore[no-untyped-def]
        seen.append((await Tally.get(action_id=cast.action.id, user_id=cast.amy.user_id)).needs_attention)
        await apply(*arguments)

    monkeypatch.setattr(effects, "apply", looked)
    assert isinstance(await cast.reply(cast.amy, script=cast.thanks), Queued)
    assert seen == [1] and await recount.differences() == []


async def test_unsent_contacts_return_after_the_campaign_s_minutes(cast: Cast) -> None:
    await cast.start(cast.amy)
    assert await going_back.return_unsent(cast.meyer) == 0
    clock.freeze(clock.now() + timedelta(minutes=61))
    assert await going_back.return_unsent(cast.meyer) == 1
    assert (await cast.conversation()).user_id is None
    assert isinstance(await cast.click(cast.amy), Queued), "the open card takes a free contact back"
    assert (await cast.conversation()).user_id == cast.amy.user_id
    assert await recount.differences() == []


async def test_a_sleeper_of_a_finished_bucket_goes_back_too(cast: Cast) -> None:
    kim = await cast.add_contact("+14125550102", first_name="Kim", timezone="America/Halifax")
    await cast.make()
    await cast.start(cast.amy)
    clock.freeze(clock.now().replace(hour=1, minute=0) + timedelta(days=1))  # 20:00 in Pittsburgh, 21:00 in Halifax
    await cast.click(cast.amy)
    await claim_next(cast.number.id)
    assert (await Bucket.get()).finished_at and (await cast.conversation(kim)).user_id == cast.amy.user_id
    clock.freeze(clock.now() + timedelta(minutes=61))
    assert await going_back.return_unsent(cast.meyer) == 1
    assert (await cast.conversation(kim)).user_id is None
    assert await recount.differences() == []


async def test_a_returned_contact_that_someone_else_took_is_moved(cast: Cast) -> None:
    await cast.start(cast.amy)
    clock.freeze(clock.now() + timedelta(minutes=61))
    await going_back.return_unsent(cast.meyer)
    await cast.start(cast.dan)
    assert isinstance(await cast.click(cast.amy), Moved)


async def test_a_bucket_is_finished_and_undo_opens_it_again(cast: Cast) -> None:
    await cast.start(cast.amy)
    outcome = await cast.click(cast.amy)
    assert isinstance(outcome, Queued)
    [bucket] = await Bucket.all()
    assert not await buckets.finish_if_done(bucket), "its last text still waits to leave"
    await undo.take_back(cast.amy, outcome.message.id)
    [bucket] = await Bucket.all()
    assert bucket.finished_at is None


async def test_a_response_script_tags_the_contact_and_undo_takes_it_back(cast: Cast) -> None:
    will_vote = await Tag.get(campaign=cast.meyer, slug="will_vote")
    support = await CustomField.get(campaign=cast.meyer, slug="support_rating")
    await transaction(lambda: cast.thanks.apply_on_send([will_vote], [(support, "Supporter")]))
    await texted(cast)
    outcome = await cast.reply(cast.amy, script=cast.thanks)
    assert isinstance(outcome, Queued) and outcome.message.body == "Thank you, Lisa!"
    assert [t.slug for t in (await labels.tags_of([cast.lisa.id]))[cast.lisa.id]] == ["will_vote"]
    assert (await labels.field_values(cast.lisa.id))["support_rating"] == "Supporter"
    await undo.take_back(cast.amy, outcome.message.id)
    assert (await labels.tags_of([cast.lisa.id]))[cast.lisa.id] == []
    assert await labels.field_values(cast.lisa.id) == {}


async def test_undo_leaves_what_someone_changed_since(cast: Cast) -> None:
    support = await CustomField.get(campaign=cast.meyer, slug="support_rating")
    await transaction(lambda: cast.thanks.apply_on_send([], [(support, "Supporter")]))
    await texted(cast)
    outcome = await cast.reply(cast.amy, script=cast.thanks)
    assert isinstance(outcome, Queued)
    await labelling.set_field(cast.lisa.id, support, "Against", cast.gary.user_id)
    await undo.take_back(cast.amy, outcome.message.id)
    assert (await labels.field_values(cast.lisa.id))["support_rating"] == "Against"


async def test_a_script_with_the_opt_out_tag_lets_one_last_text_leave_and_has_no_undo(cast: Cast) -> None:
    opt_out = await Tag.get(campaign=cast.meyer, slug="opt_out")
    await transaction(lambda: cast.thanks.apply_on_send([opt_out], []))
    await texted(cast)
    outcome = await cast.reply(cast.amy, script=cast.thanks)
    assert isinstance(outcome, Queued)
    assert (await Contact.get(id=cast.lisa.id)).opted_out_at
    assert (await texts())[-1].status == QUEUED, "it may still leave"
    assert isinstance(await claim_next(cast.number.id), Claimed), "and it does"
    assert not await undo.take_back(cast.amy, outcome.message.id)
    assert await cast.reply(cast.amy, "one more thing") == Declined(errors.OPTED_OUT)


async def test_handing_to_an_admin_takes_the_thread_from_the_volunteer(cast: Cast) -> None:
    await texted(cast)
    conversation = await cast.conversation()
    await assigning.hand_to_staff(conversation.id, cast.amy.user)
    assert isinstance(await cast.reply(cast.amy, "hello?"), Moved)
    assert isinstance(await cast.reply(cast.gary, "Gary here"), Queued)


async def test_nothing_can_be_typed_to_someone_who_got_no_first_text(cast: Cast) -> None:
    await cast.start(cast.amy)
    assert await cast.reply(cast.amy, "hi there") == Stopped("first")
    await cast.click(cast.amy)
    assert await cast.reply(cast.amy, "hi there") == Stopped("first"), "it would overtake the first text"


async def test_suspending_a_volunteer_cancels_their_queue_and_frees_their_contacts(cast: Cast) -> None:
    kim = await cast.add_contact("+14125550102", first_name="Kim", zip="15213")
    await cast.make()
    await cast.start(cast.amy)
    await cast.click(cast.amy)
    await assigning.free_from(cast.amy)
    assert [m.status for m in await texts()] == [CANCELLED]
    assert (await cast.conversation()).user_id is None and (await cast.conversation(kim)).user_id is None
    assert await recount.differences() == []


@pytest.mark.postgres
async def test_a_click_that_waited_for_a_stop_sees_it(cast: Cast) -> None:
    """It looked while the STOP was being stored, and went on when that was there."""
    await cast.start(cast.amy)
    outcome = await while_it_is_under_way(
        lambda: opt_out_phone(cast.meyer, cast.lisa.phone, FROM_KEYWORD), cast.click(cast.amy)
    )
    assert outcome == Declined(errors.OPTED_OUT)
    assert await texts() == []


@pytest.mark.postgres
async def test_a_click_that_waited_for_a_hand_over_sees_it(cast: Cast) -> None:
    await cast.start(cast.amy)

    async def to_dan() -> None:
        await Contact.filter(id=cast.lisa.id).select_for_update().get()
        await Conversation.filter(contact_id=cast.lisa.id).update(user_id=cast.dan.user_id)

    assert await while_it_is_under_way(to_dan, cast.click(cast.amy)) == Moved()


@pytest.mark.postgres
async def test_a_click_that_waited_for_a_suspension_sees_it(cast: Cast) -> None:
    await cast.start(cast.amy)
    suspended = Membership.filter(id=cast.amy.id).update(suspended_at=clock.now())
    assert await while_it_is_under_way(lambda: suspended, cast.click(cast.amy)) == Stopped("member")


async def while_it_is_under_way(deed: Callable[[], Awaitable[object]], click: Awaitable[object]) -> object:
    """The click begins when the deed is done and not committed yet, and waits for it."""
    done, may_commit = asyncio.Event(), asyncio.Event()

    async def body() -> None:
        await deed()
        done.set()
        await may_commit.wait()

    other = asyncio.create_task(transaction(body))
    await done.wait()
    waiting = asyncio.ensure_future(click)
    await asyncio.sleep(0.3)
    assert not waiting.done(), "it waits for the row"
    may_commit.set()
    await other
    return await waiting
