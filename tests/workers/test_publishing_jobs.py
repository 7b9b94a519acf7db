"""The job that publishes actions at their time (SPEC A9)."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from tests.cast import Cast
from tests.cast.site import audited
from webapp import clock, letters, queue
from webapp.database import transaction
from webapp.models.accounts.mail import Mail
from webapp.models.actions.action import DRAFT, PUBLIC, Action
from webapp.models.actions.script import Script
from webapp.models.conversations import making
from webapp.models.conversations.conversation import Conversation
from webapp.models.scripts import scheduling
from webapp.workers import actions, conversations


async def due(cast: Cast) -> Action:
    """The cast's action, scheduled, and its time has come; its conversations are not made yet."""

    async def back() -> None:
        await Action.filter(id=cast.action.id).update(state=DRAFT, published_at=None)
        await Conversation.filter(action=cast.action).delete()

    await transaction(back)
    action = await Action.get(id=cast.action.id).select_related("campaign")
    assert await scheduling.schedule(action, clock.now() + timedelta(hours=1), cast.gary) is None
    clock.freeze(clock.now() + timedelta(hours=1))
    return action


@pytest.mark.both
async def test_two_workers_publish_it_once(cast: Cast, ctx: dict) -> None:
    await due(cast)
    await asyncio.gather(*(actions.publish_scheduled(ctx) for _ in range(4)))
    assert (await Action.get(id=cast.action.id)).state == PUBLIC and await audited("action.published") == 1


@pytest.mark.both
async def test_a_worker_that_dies_right_after_it_published_leaves_nothing_to_do_twice(
    cast: Cast, ctx: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    await due(cast)

    async def dies(*_: Any) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as dying:
        dying.setattr(queue, "make_conversations", dies)
        with pytest.raises(asyncio.CancelledError):
            await actions.publish_scheduled(ctx)
    await actions.publish_scheduled(ctx)
    assert await audited("action.published") == 1
    assert await making.unfinished() == [cast.action.id]
    await conversations.make_all_conversations(ctx)
    assert await Conversation.filter(action=cast.action).count() == 1


async def test_who_chose_the_time_gets_a_letter_where_it_could_not_be_published(cast: Cast, ctx: dict) -> None:
    await due(cast)
    await transaction(lambda: Script.filter(id=cast.hello.id).update(archived_at=clock.now()))
    await actions.publish_scheduled(ctx)
    [letter] = await Mail.filter(to="gary@example.org")
    assert letter.subject == "“Make a plan to vote” was not published"
    assert "There is no initial script." in letter.text and "EST" in letter.text and "/publication" in letter.text
    assert "There is no initial script." in letter.html


async def test_one_that_can_not_be_published_keeps_no_other_from_its_time(
    cast: Cast, ctx: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await due(cast)
    await transaction(lambda: Script.filter(id=cast.hello.id).update(archived_at=clock.now()))
    ready = await transaction(
        lambda: Action.create(
            campaign=cast.meyer,
            title="Second",
            publish_at=clock.now(),
            scheduled_by_id=cast.gary.user_id,
            created_at=clock.now(),
        )
    )

    async def away(*_: Any, **__: Any) -> None:
        raise OSError("no disk")

    monkeypatch.setattr(letters, "write", away)
    await actions.publish_scheduled(ctx)
    for one in (first, ready):
        assert (await Action.get(id=one.id)).missed_at == clock.now()
