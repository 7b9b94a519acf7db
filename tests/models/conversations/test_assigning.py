"""Conversations that change hands, while clicks go on."""

from __future__ import annotations

import asyncio

import pytest

from tests.cast import Cast, opt_out_phone
from tests.conftest import until
from tests.models.receiving.test_applying import says, texted
from webapp import clock, database
from webapp.database import transaction
from webapp.models.accounts.users import Membership
from webapp.models.conversations import assigning
from webapp.models.conversations.message import CANCELLED, FOLLOW_UP, Message
from webapp.models.opt_outs import blocking
from webapp.models.opt_outs.opt_out import FROM_ADMIN
from webapp.models.results import recount
from webapp.models.sending import click, click_sql
from webapp.models.sending.claim import Claimed, claim_next
from webapp.rules import errors


async def suspend(member: Membership) -> None:
    async def do() -> None:
        await Membership.filter(id=member.id).update(suspended_at=clock.now())
        await assigning.free_from(member)

    await transaction(do)


async def test_a_suspended_users_waiting_reply_leaves_the_person_unanswered(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "Where do I vote?")
    assert isinstance(await cast.reply(cast.amy, "At the library."), click.Queued)
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
    reached, go, store = asyncio.Event(), asyncio.Event(), click_sql.store_text

    async def slow(draft: click_sql.Draft, *changed: str) -> Message:
        reached.set()
        await go.wait()
        return await store(draft, *changed)

    monkeypatch.setattr(click_sql, "store_text", slow)
    click = asyncio.create_task(cast.click(cast.amy))
    await reached.wait()
    suspension = asyncio.create_task(suspend(cast.amy))
    await until(someone_waits_for_a_lock)
    go.set()
    await asyncio.gather(click, suspension)
    assert not isinstance(await claim_next(cast.number.id), Claimed)
    assert await recount.differences() == []


async def test_who_opted_out_while_blocked_stays_out_when_the_block_is_lifted(cast: Cast) -> None:
    await blocking.block(await cast.conversation(), cast.amy.user)
    await opt_out_phone(cast.meyer, cast.lisa.phone, FROM_ADMIN)
    await blocking.unblock(cast.lisa.id, cast.gary.user)
    assert (await cast.conversation()).closed_code == errors.OPTED_OUT
    assert await recount.differences() == []
