"""Conversations that change hands: shared out evenly, freed, and never texted by who had them (SPEC G2)."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from tests.cast import Cast, suspend, texts
from tests.cast.bulk import assign, finish, off_list, people, work
from tests.cast.database.moments import beside
from tests.cast.texting import next_in_queue, says, texted
from webapp import clock
from webapp.database import transaction
from webapp.models import kept_counts
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership, who_may_text
from webapp.models.actions.action import Action, ActionUser
from webapp.models.assignments import assigning
from webapp.models.bulk import slices
from webapp.models.bulk.job import ASSIGN, BulkJob
from webapp.models.contacts.contact import Contact
from webapp.models.conversations.conversation import AssignmentEvent, Conversation
from webapp.models.conversations.message import CANCELLED, FOLLOW_UP, Message
from webapp.models.results import recount
from webapp.models.sending import click
from webapp.models.sending.click import Moved, Queued


async def test_a_suspended_users_waiting_reply_leaves_the_person_unanswered(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "Where do I vote?")
    assert isinstance(await cast.reply(cast.amy, "At the library."), click.Queued)
    await suspend(cast.amy)
    assert (await Message.get(kind=FOLLOW_UP)).status == CANCELLED
    conversation = await cast.conversation()
    assert conversation.needs_attention and conversation.with_staff
    assert await recount.differences() == []


async def test_suspending_a_volunteer_cancels_their_queue_and_frees_their_contacts(cast: Cast) -> None:
    kim = await cast.add_contact("+14125550102", first_name="Kim", zip="15213")
    await cast.make()
    await cast.start(cast.amy)
    await cast.click(cast.amy)
    await assigning.free_from(cast.amy)
    assert [m.status for m in await texts()] == [CANCELLED]
    assert (await cast.conversation()).user_id is None and (await cast.conversation(kim)).user_id is None
    assert await recount.differences() == []


@pytest.mark.both
async def test_an_undo_gives_back_what_nobody_touched_since(cast: Cast) -> None:
    """Amy's to Amy, the pool's to the pool, the staff's to the staff; not who was texted or moved since. A filter by holder
    would not find them any more."""
    await texted(cast)
    kept, texted_since, moved_since, free = await people(cast, 4)
    await assigning.hand_to_staff((await cast.conversation()).id, cast.gary.user)
    await work(cast, "assign", assign(cast.amy), [kept.id, texted_since.id, moved_since.id])
    clock.freeze(clock.now() + timedelta(minutes=1))
    done = await work(cast, "assign", assign(cast.dan))
    clock.freeze(clock.now() + timedelta(minutes=1))
    await cast.click(cast.dan, texted_since)
    await work(cast, "assign", assign(cast.selina), [moved_since.id])
    undo = await slices.undo(done, cast.gary)
    assert undo and (await finish(undo.id)).changed == 3
    holders = {c.contact_id: (c.user_id, c.with_staff) for c in await Conversation.all()}
    assert holders == {
        kept.id: (cast.amy.user_id, False),
        texted_since.id: (cast.dan.user_id, False),
        moved_since.id: (cast.selina.user_id, False),
        free.id: (None, False),
        cast.lisa.id: (None, True),
    }
    assert (await Contact.get(id=kept.id)).keeper_id == cast.amy.user_id
    assert await slices.undo(await BulkJob.get(id=done.id), cast.gary) is None, "once"
    assert await recount.differences() == []


@pytest.mark.both
async def test_contacts_are_shared_out_evenly_and_each_is_somebody_s(cast: Cast) -> None:
    await people(cast, 20)  # and Lisa
    done = await work(cast, "assign", assign(cast.amy, cast.dan))
    assert (done.status, done.done, done.total) == ("done", 21, 21)
    held = Counter([c.user_id for c in await Conversation.all()])
    assert sorted(held.values()) == [10, 11] and set(held) == {cast.amy.user_id, cast.dan.user_id}
    assert Counter([c.keeper_id for c in await Contact.all()]) == held
    assert await recount.differences() == []
    assert (await kept_counts.of_user(cast.action.id, cast.amy.user_id))["remaining"] == held[cast.amy.user_id]
    assert await AssignmentEvent.filter(how="reassign", by_user_id=cast.gary.user_id).count() == 21


@pytest.mark.both
async def test_who_is_assigned_has_them_first_when_pressing_start(cast: Cast) -> None:
    [bo] = await people(cast, 1)
    await work(cast, "assign", assign(cast.dan), [bo.id])
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(bucket_size=1))
    await cast.start(cast.dan)
    action = await Action.get(id=cast.action.id).select_related("campaign")
    first = await next_in_queue(action, cast.dan.user)
    assert first and first.contact_id == bo.id
    assert await ActionUser.exists(action=cast.action, user_id=cast.dan.user_id)


async def test_the_old_holder_s_card_can_not_be_sent_any_more(cast: Cast) -> None:
    await cast.start(cast.amy)
    await work(cast, "assign", assign(cast.dan))
    assert isinstance(await cast.click(cast.amy), Moved)
    assert await Message.all().count() == 0
    assert isinstance(await cast.click(cast.dan), Queued)


async def test_what_was_clicked_goes_out_in_the_clicker_s_name(cast: Cast) -> None:
    await cast.start(cast.amy)
    await cast.click(cast.amy)
    await work(cast, "assign", assign(cast.dan))
    assert (await Message.get()).user_id == cast.amy.user_id
    assert (await cast.conversation()).user_id == cast.dan.user_id
    assert await recount.differences() == []


@pytest.mark.parametrize(("mode", "moved"), [("all", {"Lisa", "P0"}), ("unsent", {"P0"}), ("attention", {"Lisa"})])
async def test_a_mode_moves_only_its_conversations(cast: Cast, mode: str, moved: set[str]) -> None:
    await texted(cast)
    await says(cast, "who is this")
    await people(cast, 1)
    await work(cast, "assign", assign(cast.dan, mode=mode))
    assert {
        c.contact.first_name for c in await Conversation.filter(user_id=cast.dan.user_id).select_related("contact")
    } == moved
    keeps = await Contact.filter(keeper_id=cast.dan.user_id).count()
    assert keeps == (2 if mode == "all" else 1), "whose conversation stays keeps its keeper"
    assert await recount.differences() == []


async def test_one_action_s_conversations_move_and_the_other_s_stay(cast: Cast) -> None:
    other = await transaction(
        lambda: Action.create(
            campaign=cast.meyer, title="O", state="public", published_at=clock.now(), created_at=clock.now()
        )
    )
    await transaction(
        lambda: Conversation.create(
            campaign=cast.meyer, action=other, contact=cast.lisa, script=cast.hello, created_at=clock.now()
        )
    )
    await work(cast, "assign", assign(cast.dan, action=other.id))
    assert (await cast.conversation()).user_id is None
    assert (await Conversation.get(action=other)).user_id == cast.dan.user_id


async def test_nobody_who_may_not_text_gets_any(cast: Cast) -> None:
    await transaction(lambda: Membership.filter(id=cast.dan.id).update(suspended_at=clock.now()))
    done = await work(cast, "assign", assign(cast.dan))
    assert done.status == "failed" and "may text any more" in done.error_message
    assert (await cast.conversation()).user_id is None
    assert await who_may_text(cast.meyer.id, [cast.dan.user_id, cast.jonah.user_id, cast.amy.user_id]) == [
        cast.amy.user_id
    ]


@pytest.mark.both
async def test_someone_who_left_the_list_is_not_handed_out_when_their_volunteer_is_suspended(cast: Cast) -> None:
    await cast.start(cast.amy)
    assert isinstance(await cast.click(cast.amy), Queued)
    await off_list(cast, cast.lisa)
    await transaction(lambda: assigning.free_from(cast.amy))
    await cast.start(cast.dan)
    assert (await cast.conversation()).user_id != cast.dan.user_id
    assert await recount.differences() == []


async def test_an_opted_out_thread_that_is_assigned_is_not_unread(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "STOP")
    assert not (await cast.conversation()).unread
    await work(cast, ASSIGN, assign(cast.dan), [cast.lisa.id])
    assert not (await cast.conversation()).unread
    assert await Conversation.filter(user_id=cast.dan.user_id, unread=True).count() == 0


@pytest.mark.postgres
async def test_someone_suspended_while_contacts_are_assigned_keeps_none(cast: Cast) -> None:
    shared_out = work(cast, ASSIGN, assign(cast.dan), [cast.lisa.id])
    await beside("conversation", "UPDATE", shared_out, suspend(cast.dan))
    assert (await cast.conversation()).user_id != cast.dan.user_id
