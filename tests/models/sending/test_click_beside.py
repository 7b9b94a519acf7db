"""A click beside a STOP, a hand-over, a suspension: it waits, and sees what was done."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from tests.cast import Cast, opt_out_phone, suspend, texts
from tests.cast.moments import someone_waits_for_a_lock, while_it_is_under_way
from tests.cast.waiting import until
from webapp import clock
from webapp.models.accounts.users import Membership
from webapp.models.contacts.contact import Contact
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import Message
from webapp.models.opt_outs.opt_out import FROM_KEYWORD
from webapp.models.results import recount
from webapp.models.sending import click_sql
from webapp.models.sending.claim import claim_next
from webapp.models.sending.click import Declined, Moved, Stopped
from webapp.models.sending.leaving import Claimed
from webapp.rules import errors


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


@pytest.mark.postgres
async def test_no_text_of_a_click_outlives_a_suspension_beside_it(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    await cast.start(cast.amy)
    reached, go, store = asyncio.Event(), asyncio.Event(), click_sql.store_text

    async def slow(draft: click_sql.Draft, changed: Sequence[str], **more: Any) -> Message:
        reached.set()
        await go.wait()
        return await store(draft, changed, **more)

    monkeypatch.setattr(click_sql, "store_text", slow)
    click = asyncio.create_task(cast.click(cast.amy))
    await reached.wait()
    suspension = asyncio.create_task(suspend(cast.amy))
    await until(someone_waits_for_a_lock)
    go.set()
    await asyncio.gather(click, suspension)
    assert not isinstance(await claim_next(cast.number.id), Claimed)
    assert await recount.differences() == []
