"""The wall of what needs attention, and replies offered to whoever is there (SPEC G3, G4)."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from tests.cast import Cast, add_contact
from tests.cast.database.plans import statements, whole_tables
from tests.cast.texting import says, texted
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import PRIVATE, Action
from webapp.models.assignments import assigning, waiting
from webapp.models.contacts.contact import Contact
from webapp.models.conversations.conversation import AssignmentEvent, Conversation


async def waits(cast: Cast, minutes: int = 61) -> Conversation:
    """Lisa has written to Amy, who has not answered for so long."""
    await texted(cast)
    await says(cast, "Where do I vote?")
    clock.freeze(clock.now() + timedelta(minutes=minutes))
    return await cast.conversation()


async def many(cast: Cast, number: int, holder: Membership | None, ago: int = 120) -> list[Conversation]:
    """So many more who wait, the first the longest."""
    rows = []
    for n in range(number):
        contact = await add_contact(cast.meyer, cast.voters, f"+1412555{5000 + n}", first_name=f"P{n}", zip="15213")
        at = clock.now() - timedelta(minutes=ago) + timedelta(seconds=n)
        rows.append(
            await transaction(
                lambda contact=contact, at=at: Conversation.create(  # type: ignore[misc]
                    campaign=cast.meyer,
                    action=cast.action,
                    contact=contact,
                    zone_set_id=contact.zone_set_id,
                    user_id=holder.user_id if holder else None,
                    with_staff=holder is None,
                    texted_at=at,
                    held_since=at,
                    replied_at=at,
                    needs_attention=True,
                    created_at=at,
                )
            )
        )
    return rows


@pytest.mark.both
async def test_the_wall_has_everyone_who_waits_the_longest_first_page_by_page(cast: Cast) -> None:
    rows = [*await many(cast, 30, cast.amy), *await many_more(cast)]
    first = await waiting.wall(cast.meyer.id)
    last = first[-1].conversation
    rest = await waiting.wall(cast.meyer.id, last.replied_at, last.id)
    shown = [thread.conversation.id for thread in [*first, *rest]]
    expected = sorted(rows, key=lambda c: (c.replied_at, c.id))
    assert len(first) == 40 and shown == [c.id for c in expected]
    assert await waiting.wall(cast.ryan.id) == []


async def many_more(cast: Cast) -> list[Conversation]:
    """Thirty that the staff hold, all of one moment."""
    rows, at = [], clock.now() - timedelta(minutes=5)
    for n in range(30):
        contact = await add_contact(cast.meyer, cast.voters, f"+1412555{6000 + n}", first_name=f"Q{n}")
        made = await transaction(
            lambda contact=contact: Conversation.create(  # type: ignore[misc]
                campaign=cast.meyer,
                action=cast.action,
                contact=contact,
                with_staff=True,
                texted_at=at,
                replied_at=at,
                needs_attention=True,
                created_at=at,
            )
        )
        rows.append(made)
    return rows


@pytest.mark.postgres
async def test_the_wall_and_the_offers_read_no_whole_table(cast: Cast) -> None:
    await many(cast, 3, cast.amy)
    with statements() as asked:
        await waiting.wall(cast.meyer.id)
        await waiting.offered(cast.dan)
    selects = [(text, values) for text, values in asked if text.lstrip().upper().startswith("SELECT")]
    assert len(selects) > 4 and [text for text, values in selects if await whole_tables(text, values)] == []


@pytest.mark.both
async def test_a_thread_untouched_for_the_setting_s_minutes_is_offered_and_moves(cast: Cast) -> None:
    conversation = await waits(cast, 59)
    assert await waiting.offered(cast.dan) == 0 and await waiting.take_one(cast.dan) is None
    clock.freeze(clock.now() + timedelta(minutes=2))
    assert await waiting.offered(cast.dan) == 1 and await waiting.offered(cast.amy) == 0, "not her own"
    assert await waiting.take_one(cast.dan) == (conversation.id, cast.amy.user_id)
    moved = await cast.conversation()
    assert (moved.user_id, moved.last_holder_id, moved.needs_attention) == (cast.dan.user_id, cast.amy.user_id, True)
    event = await AssignmentEvent.get(conversation_id=conversation.id, how="offer")
    assert (event.from_user_id, event.to_user_id) == (cast.amy.user_id, cast.dan.user_id)
    assert await waiting.offered(cast.amy) == 0, "Dan has as long as Amy had"


async def test_the_campaign_chooses_the_minutes(cast: Cast) -> None:
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(waiting_reply_minutes=10))
    await waits(cast, 11)
    dan = await Membership.get(id=cast.dan.id).select_related("user", "campaign")
    assert await waiting.offered(dan) == 1


@pytest.mark.both
async def test_of_several_who_ask_at_once_each_gets_another(cast: Cast) -> None:
    rows = await many(cast, 3, cast.amy)
    staff = [cast.dan, cast.gary, cast.selina]
    taken = await asyncio.gather(*(waiting.take_one(one) for one in staff * 2))
    ids = [found[0] for found in taken if found]
    assert len(ids) == len(set(ids))
    held = [c.user_id for c in await Conversation.filter(id__in=[c.id for c in rows])]
    assert cast.amy.user_id not in held and len(ids) == 3


@pytest.mark.parametrize("why", ["answered", "staff", "private", "asleep", "archived", "no room"])
async def test_what_is_not_to_be_answered_by_others_now_is_not_offered(cast: Cast, why: str) -> None:
    conversation = await waits(cast)
    if why == "answered":
        await cast.reply(cast.amy, "On Main Street")
    elif why == "staff":
        await assigning.hand_to_staff(conversation.id, cast.amy.user)
        clock.freeze(clock.now() + timedelta(hours=2))
    elif why == "private":
        await transaction(lambda: Action.filter(id=cast.action.id).update(state=PRIVATE))
    elif why == "asleep":
        clock.freeze((clock.now() + timedelta(days=1)).replace(hour=8))
    elif why == "archived":
        await transaction(lambda: Action.filter(id=cast.action.id).update(archived_at=clock.now()))
    else:
        await many(cast, waiting.ROOM, cast.dan)
    assert await waiting.offered(cast.dan) == 0 and await waiting.take_one(cast.dan) is None
    assert await Contact.all().count() >= 1
