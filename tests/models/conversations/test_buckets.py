"""What a Start gave, and what comes back from it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import Cast
from tests.models.receiving.test_applying import _sids
from webapp import clock, database
from webapp.database import transaction
from webapp.models.accounts.campaign import Campaign
from webapp.models.actions.action import Action
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.lists import ListMembership
from webapp.models.conversations import buckets, going_back, hours, start
from webapp.models.conversations.buckets import Bucket
from webapp.models.results import recount
from webapp.models.sending import answers
from webapp.models.sending.claim import Claimed, claim_next
from webapp.rules import safeguards


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
    await answers.taken(claim.message_id, next(_sids), claim.attempt_id)
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


@pytest.mark.both
async def test_who_was_texted_lately_is_passed_over_at_start_and_in_the_queue(cast: Cast) -> None:
    mo = await cast.add_contact("+14125550199", first_name="Mo")
    await cast.make()

    async def texted_elsewhere() -> None:
        await Contact.filter(id=mo.id).update(last_claimed_at=clock.now(), last_claimed_message_id=0)

    await transaction(texted_elsewhere)
    await cast.start(cast.amy)
    assert (await cast.conversation(mo)).user_id is None
    assert [(group.people, group.zones) for group in await hours.asleep(cast.action, None)] == [(1, ())]
    clock.freeze(clock.now() + safeguards.LOCK)
    await cast.click(cast.amy)
    await cast.start(cast.dan)
    assert (await cast.conversation(mo)).user_id is not None
    assert await recount.differences() == []


async def test_a_held_contact_texted_by_someone_else_waits_like_a_sleeper(cast: Cast) -> None:
    await cast.start(cast.amy)

    async def texted_elsewhere() -> None:
        await Contact.filter(id=cast.lisa.id).update(last_claimed_at=clock.now(), last_claimed_message_id=0)

    await transaction(texted_elsewhere)
    assert await start.next_in_queue(cast.action, cast.amy.user) is None
    assert (await buckets.progress(await Bucket.get(), cast.meyer)).asleep == 1
    clock.freeze(clock.now() + safeguards.LOCK)
    assert await start.next_in_queue(cast.action, cast.amy.user)


@pytest.mark.postgres
async def test_a_start_reads_only_the_contacts_it_may_give_out(cast: Cast) -> None:
    """Two thousand people to choose from, one of them texted lately: a planner likes to read all for that."""
    people = [Contact(campaign=cast.meyer, phone=f"+1412{2000000 + n}", created_at=clock.now()) for n in range(2000)]
    await transaction(lambda: Contact.bulk_create(people))
    everyone = await Contact.filter(campaign=cast.meyer).exclude(id=cast.lisa.id)
    rows = [ListMembership(contact_list=cast.voters, contact=contact) for contact in everyone]
    await transaction(lambda: ListMembership.bulk_create(rows))
    await cast.make()
    await transaction(lambda: Contact.filter(id=cast.lisa.id).update(last_claimed_at=clock.now()))
    await database.query("ANALYZE")

    async def read() -> int:
        """By this connection, row by row."""
        [row] = await database.query("SELECT seq_tup_read FROM pg_stat_xact_user_tables WHERE relname = 'contact'")
        return int(row["seq_tup_read"])

    async def read_by_a_start() -> int:
        before, action = await read(), await Action.get(id=cast.action.id).select_related("campaign")
        assert await start.assign_bucket(action, cast.amy.user)
        return await read() - before

    assert await transaction(read_by_a_start) == 0
