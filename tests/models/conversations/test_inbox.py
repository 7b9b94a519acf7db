"""Who needs an answer, and who has read it (SPEC V5)."""

from __future__ import annotations

from datetime import timedelta

from tests.cast import Cast
from tests.cast.texting import says, texted
from webapp import clock
from webapp.models.conversations import inbox
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
