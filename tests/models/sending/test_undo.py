"""Undo takes a text back that has not left (SPEC V4)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import Cast, texts
from tests.cast.bulk import off_list
from tests.cast.texting import next_in_queue, texted
from webapp import clock
from webapp.database import transaction
from webapp.models.actions.action import Action
from webapp.models.actions.action_user import ActionUser
from webapp.models.conversations import buckets
from webapp.models.conversations.buckets import Bucket
from webapp.models.conversations.message import CANCELLED
from webapp.models.results import recount
from webapp.models.sending import undo
from webapp.models.sending.click import Declined, Queued


async def test_undo_takes_a_queued_text_back_and_the_person_can_be_texted_again(cast: Cast) -> None:
    await cast.start(cast.amy)
    outcome = await cast.click(cast.amy)
    assert isinstance(outcome, Queued)
    assert await undo.take_back(cast.amy, outcome.message.id)
    assert [m.status for m in await texts()] == [CANCELLED]
    assert (await cast.conversation()).texted_at is None
    assert not await undo.take_back(cast.amy, outcome.message.id)
    assert isinstance(await cast.click(cast.amy), Queued)
    assert await recount.differences() == []


async def test_nobody_undoes_another_s_text(cast: Cast) -> None:
    await cast.start(cast.amy)
    outcome = await cast.click(cast.amy)
    assert isinstance(outcome, Queued)
    assert not await undo.take_back(cast.dan, outcome.message.id)


async def test_a_bucket_is_finished_and_undo_opens_it_again(cast: Cast) -> None:
    await cast.start(cast.amy)
    outcome = await cast.click(cast.amy)
    assert isinstance(outcome, Queued)
    [bucket] = await Bucket.all()
    assert not await buckets.settle(bucket, clock.now()), "its last text still waits to leave"
    await undo.take_back(cast.amy, outcome.message.id)
    [bucket] = await Bucket.all()
    assert bucket.finished_at is None


@pytest.mark.both
async def test_undo_of_a_text_to_someone_who_left_the_list_shows_no_card_of_them(cast: Cast) -> None:
    await cast.start(cast.amy)
    outcome = await cast.click(cast.amy)
    assert isinstance(outcome, Queued)
    await off_list(cast, cast.lisa)
    await undo.take_back(cast.amy, outcome.message.id)
    action = await Action.get(id=cast.action.id).select_related("campaign")
    assert await next_in_queue(action, cast.amy.user) is None
    assert isinstance(await cast.click(cast.amy), Declined)


@pytest.mark.both
async def test_who_has_no_finished_bucket_any_more_has_not_completed_the_action(cast: Cast) -> None:
    await texted(cast)
    [bucket] = await Bucket.all()
    assert await buckets.settle(bucket, clock.now())
    one: dict[str, Any] = {"action_id": cast.action.id, "user_id": cast.amy.user_id}
    assert (await ActionUser.get(**one)).completed_at
    again = await transaction(lambda: Bucket.create(**one, size=1, started_at=clock.now(), last_used_at=clock.now()))
    await transaction(lambda: Bucket.filter(id=again.id).update(finished_at=clock.now()))
    await transaction(lambda: buckets.open_again(bucket.id))
    assert (await ActionUser.get(**one)).completed_at, "the other bucket is finished"
    await transaction(lambda: buckets.open_again(again.id))
    assert (await ActionUser.get(**one)).completed_at is None
