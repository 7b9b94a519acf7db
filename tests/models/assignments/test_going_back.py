"""Contacts go back to the pool: skipped twice, not texted in time, or asleep in a finished bucket (SPEC S8)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import Cast
from tests.cast.texting import new_sid
from webapp import clock
from webapp.models.accounts.campaign import Campaign
from webapp.models.assignments import going_back
from webapp.models.cards import card
from webapp.models.cards.card import GoneBack
from webapp.models.conversations.buckets import Bucket
from webapp.models.outcomes import answers
from webapp.models.results import recount
from webapp.models.sending.claim import claim_next
from webapp.models.sending.click import Moved, Queued
from webapp.models.sending.leaving import Claimed


async def test_a_contact_skipped_twice_goes_back_to_the_pool(cast: Cast) -> None:
    await cast.start(cast.amy)
    await going_back.skip(await cast.conversation())
    assert (await cast.conversation()).user_id == cast.amy.user_id
    await going_back.skip(await cast.conversation())
    conversation = await cast.conversation()
    assert conversation.user_id is None and conversation.last_holder_id == cast.amy.user_id
    assert await recount.differences() == []


@pytest.mark.both
async def test_unsent_contacts_return_after_the_campaign_s_minutes(cast: Cast) -> None:
    await cast.start(cast.amy)
    assert await going_back.return_unsent(cast.meyer) == 0
    clock.freeze(clock.now() + timedelta(minutes=61))
    assert await going_back.return_unsent(cast.meyer) == 1
    assert (await cast.conversation()).user_id is None
    assert isinstance(await cast.click(cast.amy), Queued), "the open card takes a free contact back"
    assert (await cast.conversation()).user_id == cast.amy.user_id
    assert await recount.differences() == []


async def test_a_sleeper_of_a_finished_bucket_goes_back_too(cast: Cast) -> None:
    kim = await cast.add_contact("+14125550102", first_name="Kim", timezone="America/Halifax")
    await cast.make()
    await cast.start(cast.amy)
    clock.freeze(clock.now().replace(hour=1, minute=0) + timedelta(days=1))  # 20:00 in Pittsburgh, 21:00 in Halifax
    await cast.click(cast.amy)
    await claim_next(cast.number.id)
    assert (await Bucket.get()).finished_at and (await cast.conversation(kim)).user_id == cast.amy.user_id
    clock.freeze(clock.now() + timedelta(minutes=61))
    assert await going_back.return_unsent(cast.meyer) == 1
    assert (await cast.conversation(kim)).user_id is None
    assert await recount.differences() == []


async def test_a_returned_contact_that_someone_else_took_is_moved(cast: Cast) -> None:
    await cast.start(cast.amy)
    clock.freeze(clock.now() + timedelta(minutes=61))
    await going_back.return_unsent(cast.meyer)
    await cast.start(cast.dan)
    assert isinstance(await cast.click(cast.amy), Moved)


@pytest.mark.both
async def test_sleepers_of_a_finished_bucket_come_back_to_the_pool(cast: Cast) -> None:
    kai = await cast.add_contact("+18085550143", first_name="Kai", zip="96813")
    await cast.make()
    clock.freeze(clock.now().replace(hour=20))  # 3 PM in New York, 10 AM in Honolulu
    await cast.start(cast.amy)
    clock.freeze(clock.now().replace(hour=16, minute=0) + timedelta(days=1))  # 11 AM, and 6 AM where Kai is
    await cast.click(cast.amy)
    claim = await claim_next(cast.number.id)
    assert isinstance(claim, Claimed)
    await answers.taken(claim.message_id, new_sid(), claim.attempt_id)
    assert (await Bucket.get()).finished_at
    clock.freeze(clock.now() + timedelta(hours=8))
    await going_back.return_unsent(await Campaign.get(id=cast.meyer.id))
    assert (await cast.conversation(kai)).user_id is None
    assert await recount.differences() == []


async def test_a_contact_taken_back_from_the_pool_is_in_the_bucket_again(cast: Cast) -> None:
    await cast.start(cast.amy)
    clock.freeze(clock.now() + timedelta(hours=2))
    assert await going_back.return_unsent(await Campaign.get(id=cast.meyer.id)) > 0
    await cast.click(cast.amy)
    conversation = await cast.conversation()
    assert (conversation.user_id, conversation.bucket_id) == (cast.amy.user_id, (await Bucket.get()).id)
    assert await recount.differences() == []


async def gone_back(cast: Cast) -> GoneBack:
    """The words of Amy's page."""
    shown = await card.queue_of(cast.amy, cast.action)
    assert shown
    return shown.gone_back


@pytest.mark.both
async def test_the_volunteer_is_told_why_contacts_went_back_and_only_of_those_that_did(cast: Cast) -> None:
    await cast.start(cast.amy)
    clock.freeze(clock.now() + timedelta(minutes=61))
    await going_back.return_unsent(cast.meyer)
    assert await gone_back(cast) == GoneBack(by_time=1)
    assert isinstance(await cast.click(cast.amy), Queued), "the open card takes a free contact back"
    assert await gone_back(cast) == GoneBack()


@pytest.mark.both
async def test_a_contact_returned_by_an_admin_or_skipped_twice_did_not_run_out_of_time(cast: Cast) -> None:
    await cast.start(cast.amy)
    await going_back.return_all(cast.action, cast.gary)
    assert await gone_back(cast) == GoneBack(by_admin=1)
    clock.freeze(clock.now() + timedelta(minutes=1))
    await cast.start(cast.amy)
    for _ in range(2):
        await going_back.skip(await cast.conversation())
    assert await gone_back(cast) == GoneBack(by_skip=1), "the new bucket's own"
