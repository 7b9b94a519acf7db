"""The queue that the statement of a click reads besides is the queue that is read after it."""

from __future__ import annotations

import uuid

import pytest

from tests.cast import Cast, opt_out_phone, read_with_login
from webapp import clock
from webapp.models.accounts.campaign import Campaign
from webapp.models.actions.action import Action
from webapp.models.assignments import going_back
from webapp.models.cards import card
from webapp.models.cards.following import Following, OnPage
from webapp.models.contacts.contact import Contact
from webapp.models.conversations.conversation import Conversation
from webapp.models.opt_outs.opt_out import FROM_KEYWORD
from webapp.models.scripts import first_card
from webapp.models.sending import first_text
from webapp.models.sending.click import Queued


@pytest.mark.postgres
@pytest.mark.parametrize("undo_seconds", (0, 15))
async def test_the_queue_read_with_a_click_is_the_one_after_it(cast: Cast, undo_seconds: int) -> None:
    """With people who were texted by another action a moment ago, who wrote before they were texted, who were skipped, answered,
    opted out."""
    await Campaign.filter(id=cast.meyer.id).update(undo_seconds=undo_seconds)
    for n in range(10):
        await cast.add_contact(f"+1412555{2100 + n}", first_name=f"Mike{n}", zip="15213", state_abbrev="PA")
    await cast.make()
    await cast.start(cast.amy)
    await Contact.filter(first_name__in=("Mike4", "Mike7")).update(last_claimed_at=clock.now())
    wrote = await Contact.filter(first_name__in=("Mike2", "Mike9")).values_list("id", flat=True)
    await Conversation.filter(contact_id__in=list(wrote)).update(replied_at=clock.now())
    action = await Action.get(id=cast.action.id).select_related("campaign")
    cast.amy.campaign = action.campaign
    seen = 0
    while (talks := await _next(cast, action)) and len(talks) > 1:
        if seen == 2:
            await going_back.skip(talks[0], cast.amy, None)
            talks = await _next(cast, action)
        outcome = await _tap(cast, action, talks[0], [talk.id for talk in talks[1:]])
        after = await card.queue_of(cast.amy, action, but=[talk.id for talk in talks[1:]])
        assert outcome.following and after and after.progress.asleep
        assert _told(outcome.following) == _told(after)
        assert outcome.following.just_sent == after.just_sent[:1]
        if seen == 3:
            await opt_out_phone(cast.meyer, outcome.message.phone, FROM_KEYWORD)
        elif seen % 2:
            await Conversation.filter(id=talks[0].id).update(replied_at=clock.now())
        seen += 1
    assert seen > 5


async def _next(cast: Cast, action: Action) -> list[Conversation]:
    """The conversations that the page shows: its card, and those behind it."""
    shown, _ = await first_card.queue_of(cast.amy, action)
    if shown is None or shown.card is None:
        return []
    behind = await first_card.ahead_of(cast.amy, action, shown.card)
    return [shown.card.conversation, *(one.conversation for one, _ in behind)]


async def _tap(cast: Cast, action: Action, talk: Conversation, ahead: list[int]) -> Queued:
    before, text = await first_card.queue_of(cast.amy, action, first=talk.id)
    assert before and text
    read = await read_with_login(cast.amy, talk)
    outcome = await first_text.send_first(cast.amy, talk.id, uuid.uuid4(), text.hash, read, OnPage(ahead, before.mark))
    assert isinstance(outcome, Queued)
    return outcome


def _told(queue: card.Queue | Following) -> object:
    one = queue.card
    shown = (one.conversation.id, one.zones, one.tags, one.texted_before) if one else None
    return shown, (queue.progress.total, queue.progress.texted), queue.undoable, queue.undo_seconds, queue.mark
