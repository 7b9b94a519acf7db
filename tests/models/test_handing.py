"""Conversations that change hands, while clicks go on."""

from __future__ import annotations

import asyncio

import pytest

from tests.cast import Cast
from tests.conftest import until
from tests.models.test_receiving import says, texted
from webapp import clock, database
from webapp.database import transaction
from webapp.models import claiming, handing, opting_out, recount, texting
from webapp.models.claiming import Claimed
from webapp.models.messages import CANCELLED, FOLLOW_UP, Message
from webapp.models.opt_outs import ADMIN
from webapp.models.people import Membership
from webapp.rules import errors


async def suspend(member: Membership) -> None:
    async def do() -> None:
        await Membership.filter(id=member.id).update(suspended_at=clock.now())
        await handing.free_from(member)

    await transaction(do)


async def test_a_suspended_users_waiting_reply_leaves_the_person_unanswered(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "Where do I vote?")
    assert isinstance(await cast.reply(cast.amy, "At the library."), texting.Queued)
    await suspend(cast.amy)
    assert (await Message.get(kind=FOLLOW_UP)).status == CANCELLED
    conversation = await cast.conversation()
    assert conversation.needs_attention and conversation.with_staff
    assert await recount.differences() == []


async def someone_waits_for_a_lock() -> bool:
    [row] = await database.query("SELECT COUNT(*) AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    return row["n"] > 0


@pytest.mark.postgres
async def test_no_text_of_a_click_outlives_a_suspension_beside_it(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    await cast.start(cast.amy)
    reached, go, store = asyncio.Event(), asyncio.Event(), texting.store

    async def slow(draft: texting.Draft, *changed: str) -> Message:
        reached.set()
        await go.wait()
        return await store(draft, *changed)

    monkeypatch.setattr(texting, "store", slow)
    click = asyncio.create_task(cast.click(cast.amy))
    await reached.wait()
    suspension = asyncio.create_task(suspend(cast.amy))
    await until(someone_waits_for_a_lock)
    go.set()
    await asyncio.gather(click, suspension)
    assert not isinstance(await claiming.claim_next(cast.number.id), Claimed)
    assert await recount.differences() == []


async def test_who_opted_out_while_blocked_stays_out_when_the_block_is_lifted(cast: Cast) -> None:
    await handing.block(await cast.conversation(), cast.amy.user)
    await opting_out.opt_out(cast.meyer, cast.lisa.phone, ADMIN)
    await handing.unblock(cast.lisa.id, cast.gary.user)
    assert (await cast.conversation()).closed_code == errors.OPTED_OUT
    assert await recount.differences() == []
