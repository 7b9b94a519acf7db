"""Threads that need an answer, and threads that are read (SPEC V5)."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.cast import Cast
from tests.cast.texting import says, texted
from webapp import clock
from webapp.database import transaction
from webapp.models.contacts.contact import Contact
from webapp.models.conversations import inbox
from webapp.models.conversations.conversation import Conversation
from webapp.models.results import recount
from webapp.models.sending.claim import claim_next
from webapp.models.sending.refusal import Refusal


async def test_an_answer_ends_the_need_and_a_refused_one_brings_it_back(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "Where?")
    await cast.reply(cast.amy, "At the school")
    assert not (await cast.conversation()).needs_attention
    clock.freeze(clock.now() + timedelta(hours=14))  # the worker comes too late: it is night
    refused = await claim_next(cast.number.id)
    assert isinstance(refused, Refusal)
    assert (await cast.conversation()).needs_attention
    assert await recount.differences() == []


async def test_reading_a_thread_makes_it_read_for_its_holder_only(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "Yes")
    await inbox.read(await cast.conversation(), cast.gary)
    assert (await cast.conversation()).unread
    await inbox.read(await cast.conversation(), cast.amy)
    assert not (await cast.conversation()).unread
    assert await recount.differences() == []


@pytest.mark.both
async def test_the_inbox_shows_as_many_threads_as_the_number_over_it_says(cast: Cast) -> None:
    await cast.make()
    now, shown = clock.now(), []
    for user_id, replied_at, opted_out_at in itertools.product(
        (cast.amy.user_id, cast.dan.user_id, None), (None, now), (None, now)
    ):

        async def store(
            user_id: int | None = user_id,
            replied_at: datetime | None = replied_at,
            opted_out_at: datetime | None = opted_out_at,
        ) -> None:
            await Conversation.filter(contact_id=cast.lisa.id).update(
                user_id=user_id, replied_at=replied_at, opted_out_at=opted_out_at
            )

        await transaction(store)
        threads, over_it = await inbox.of(cast.amy).count(), (await inbox.waiting(cast.amy)).replied
        assert threads == over_it, (user_id, replied_at, opted_out_at)
        shown.append(threads)
    assert sum(shown) == 1


ROWS = [
    # needs attention, unread, possible opt-out of Lisa and of Rosa; people, shown as needing attention only, as unread only
    ((True, True, False), (False, False, False), (1, 1, 0, False)),
    ((True, True, False), (False, True, False), (2, 1, 1, True)),
    ((True, True, True), (False, False, False), (1, 0, 0, False)),
    ((True, True, True), (True, True, False), (2, 1, 0, True)),
    ((True, False, False), (False, True, False), (2, 1, 1, False)),
    ((False, False, False), (False, False, False), (0, 0, 0, False)),
]


@pytest.mark.both
@pytest.mark.parametrize(("lisas", "rosas", "told"), ROWS)
async def test_somebody_who_waits_for_several_reasons_is_one_person(
    cast: Cast, lisas: tuple[bool, ...], rosas: tuple[bool, ...], told: tuple[Any, ...]
) -> None:
    rosa = await cast.add_contact("+14125550102", first_name="Rosa")
    await cast.make()

    async def store() -> None:
        for contact, (attention, unread, possible) in ((cast.lisa, lisas), (rosa, rosas)):
            await Conversation.filter(contact_id=contact.id).update(
                user_id=cast.amy.user_id, replied_at=clock.now(), needs_attention=attention, unread=unread
            )
            at = clock.now() if possible else None
            await Contact.filter(id=contact.id).update(possible_opt_out_at=at)

    await transaction(store)
    found = await inbox.waiting(cast.amy)
    assert (found.people, found.attention_only, found.unread_only, found.overlapping) == told
