"""A click beside a STOP, a hand-over, a suspension: it waits, and sees what was done."""

from __future__ import annotations

import asyncio
import contextvars
import uuid
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

from tests.cast import Cast, opt_out_phone, send_card, suspend, texts
from tests.cast.database.moments import someone_waits_for_a_lock, while_it_is_under_way
from tests.cast.waiting import until
from webapp import clock
from webapp.database import transaction, transactional
from webapp.models import tallies
from webapp.models.accounts.users import Membership
from webapp.models.contacts.contact import Contact
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import Message
from webapp.models.opt_outs.opt_out import FROM_KEYWORD
from webapp.models.results import recount
from webapp.models.sending import click_sql, first_text
from webapp.models.sending.claim import claim_next
from webapp.models.sending.click import Declined, Moved, Queued, Stopped
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
    """Of a click that takes its locks first."""
    await cast.start(cast.amy)
    monkeypatch.setattr(first_text, "at_once", nothing)
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


async def nothing(*_: Any) -> None: ...


Step = Callable[[Cast], Awaitable[object]]


async def stop(cast: Cast) -> None:
    await opt_out_phone(cast.meyer, cast.lisa.phone, FROM_KEYWORD)


async def suspension(cast: Cast) -> None:
    await suspend(cast.amy)


@transactional
async def hand_over(cast: Cast) -> None:
    talk = await cast.conversation()
    async with tallies.moving(talk):
        talk.user_id = cast.dan.user_id


async def words_elsewhere(cast: Cast) -> None:
    """In a conversation of another action, which may mean STOP: the contact's row alone says so here."""
    await transaction(lambda: Contact.filter(id=cast.lisa.id).update(possible_opt_out_at=clock.now()))


async def touched(cast: Cast) -> None:
    await transaction(lambda: Membership.filter(id=cast.amy.id).update(zip="15213"))


async def same_press(cast: Cast) -> None:
    assert isinstance(await send_card(cast.amy, await cast.conversation(), CLIENT_ID), Queued)


CLIENT_ID = uuid.UUID(int=7)


@pytest.mark.postgres
@pytest.mark.parametrize("committed", [True, False])
@pytest.mark.parametrize(
    "step, outcome, number",
    [
        (stop, Declined(errors.OPTED_OUT), 0),
        (words_elsewhere, Declined(errors.POSSIBLE_OPT_OUT), 0),
        (suspension, Stopped("member"), 0),
        (hand_over, Moved(), 0),
        (touched, Queued, 1),
        (same_press, Queued, 1),
    ],
)
async def test_what_changes_between_look_and_write_is_seen(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, step: Step, outcome: Any, number: int, committed: bool
) -> None:
    """A click looks without locks. A change meanwhile, or one under way when it writes, sends it back to take them."""
    await cast.start(cast.amy)
    write, conversation = click_sql.write, await cast.conversation()

    async def interrupted(*given: Any) -> None:
        monkeypatch.setattr(click_sql, "write", write)
        if committed:
            await asyncio.create_task(step(cast), context=contextvars.Context())  # type: ignore[arg-type]
            await write(*given)
        else:
            await asyncio.create_task(beside_the_write(given), context=contextvars.Context())

    async def beside_the_write(given: tuple[Any, ...]) -> None:
        if step in (suspension, same_press):  # of several transactions
            await step(cast)
            await write(*given)
        else:
            await while_it_is_under_way(lambda: step(cast), write(*given))

    monkeypatch.setattr(click_sql, "write", interrupted)
    found = await send_card(cast.amy, conversation, CLIENT_ID)
    assert isinstance(found, Queued) if outcome is Queued else found == outcome
    assert len(await texts()) == number
    assert await recount.differences() == []
