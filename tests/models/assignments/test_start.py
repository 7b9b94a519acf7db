"""Start gives out whoever may be texted now, each to one volunteer (SPEC V3, G1)."""

from __future__ import annotations

import asyncio
from datetime import UTC, timedelta
from functools import partial

import asyncpg
import pytest
from tortoise.exceptions import IntegrityError

from tests.cast import Cast, member
from tests.cast.bulk import off_list
from tests.cast.database.moments import refusing
from tests.cast.texting import next_in_queue
from webapp import clock, database
from webapp.database import transaction
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import VOLUNTEER, Membership
from webapp.models.actions.action import Action
from webapp.models.assignments import start
from webapp.models.cards import closed
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.lists import ListMembership
from webapp.models.conversations import buckets
from webapp.models.conversations.buckets import Bucket
from webapp.models.conversations.conversation import Conversation
from webapp.models.results import recount
from webapp.models.sending.claim import claim_next
from webapp.rules import safeguards


@pytest.mark.both
async def test_fifty_volunteers_who_start_at_once_share_a_thousand_contacts_without_overlap(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start, "AT_ONCE", 100)  # as in many processes
    await settle(cast, bucket_size=25)
    rows = [
        Contact(
            campaign=cast.meyer,
            phone=f"+1412556{n:04}",
            first_name=f"C{n}",
            zone_set_id=cast.lisa.zone_set_id,
            created_at=clock.now(),
        )
        for n in range(999)
    ]

    async def fill() -> list[Membership]:
        await Contact.bulk_create(rows, batch_size=300)
        everyone = await Contact.filter(campaign=cast.meyer).exclude(id=cast.lisa.id)
        await ListMembership.bulk_create(
            [ListMembership(contact_list=cast.voters, contact=c) for c in everyone], batch_size=300
        )
        return [await member(cast.meyer, f"V{n}", "Olunteer", VOLUNTEER) for n in range(50)]

    people = await transaction(fill)
    await cast.make()
    assert await Conversation.filter(action=cast.action).count() == 1000
    await asyncio.gather(*(cast.start(person) for person in people for _ in range(2)))
    held = await Conversation.filter(action=cast.action).values_list("user_id", "bucket_id")
    sizes: dict[int, int] = {}
    for user_id, _ in held:
        if user_id:
            sizes[user_id] = sizes.get(user_id, 0) + 1
    assert sum(sizes.values()) == 1000 and max(sizes.values()) == 25
    assert await Bucket.filter(action=cast.action).count() <= 50
    assert await recount.differences() == []


@pytest.mark.both
async def test_a_database_error_at_start_never_reads_as_all_done(cast: Cast) -> None:
    async with refusing("conversation", "UPDATE"):
        with pytest.raises((asyncpg.DiskFullError, IntegrityError)):
            await cast.start(cast.amy)
    assert await Bucket.all().count() == 0
    assert (await cast.conversation()).user_id is None


async def test_a_second_start_gives_the_same_bucket(cast: Cast) -> None:
    await cast.start(cast.amy)
    await cast.start(cast.amy)
    assert await Bucket.all().count() == 1


async def test_start_hands_out_only_people_awake_for_ten_more_minutes(cast: Cast) -> None:
    keoni = await cast.add_contact("+18085550107", first_name="Keoni", zip="96720")  # Hawaii, 6 in the morning
    await cast.make()
    await cast.start(cast.amy)
    assert (await cast.conversation(keoni)).user_id is None
    assert (await cast.conversation()).user_id == cast.amy.user_id
    action = await Action.get(id=cast.action.id).select_related("campaign")
    [group] = await closed.asleep(action, None)
    assert group.people == 1 and group.opens_at is not None
    assert group.opens_at.hour == 19  # 9:00 there


async def test_who_can_not_be_handed_out_minutes_before_the_window_ends_opens_the_next_day(cast: Cast) -> None:
    clock.freeze(clock.now().replace(hour=1, minute=55) + timedelta(days=1))  # 8:55 PM in New York
    action = await Action.get(id=cast.action.id).select_related("campaign")
    [group] = await closed.asleep(action, None)
    assert group.opens_at and group.opens_at.astimezone(UTC) == clock.now().replace(hour=14, minute=0)


async def settle(cast: Cast, **values: object) -> None:
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(**values))


@pytest.mark.both
async def test_who_was_texted_lately_is_passed_over_at_start_and_in_the_queue(cast: Cast) -> None:
    mo = await cast.add_contact("+14125550199", first_name="Mo")
    await cast.make()

    async def texted_elsewhere() -> None:
        await Contact.filter(id=mo.id).update(last_claimed_at=clock.now(), last_claimed_message_id=0)

    await transaction(texted_elsewhere)
    await cast.start(cast.amy)
    assert (await cast.conversation(mo)).user_id is None
    assert [(group.people, group.zones) for group in await closed.asleep(cast.action, None)] == [(1, ())]
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
    assert await next_in_queue(cast.action, cast.amy.user) is None
    assert (await buckets.progress(await Bucket.get(), cast.meyer)).asleep == 1
    clock.freeze(clock.now() + safeguards.LOCK)
    assert await next_in_queue(cast.action, cast.amy.user)


@pytest.mark.postgres
async def test_a_start_reads_only_the_contacts_it_may_give_out(cast: Cast) -> None:
    """Two thousand people to choose from, one of them texted lately: a planner likes to read all for that."""
    await two_thousand(cast)
    await transaction(lambda: Contact.filter(id=cast.lisa.id).update(last_claimed_at=clock.now()))
    await database.query("ANALYZE")

    async def read() -> int:
        """By this connection, row by row."""
        [row] = await database.query(
            "SELECT seq_tup_read FROM pg_stat_xact_user_tables WHERE relid = 'public.contact'::regclass"
        )
        return int(row["seq_tup_read"])

    async def read_by_a_start() -> int:
        before, action = await read(), await Action.get(id=cast.action.id).select_related("campaign")
        assert await start.assign_bucket(action, cast.amy.user)
        return await read() - before

    assert await transaction(read_by_a_start) == 0


@pytest.mark.postgres
async def test_what_gives_out_a_bucket_is_planned_a_few_times_and_then_kept(cast: Cast) -> None:
    """PostgreSQL plans a statement again each time where it guesses that a plan for any values costs more."""
    await two_thousand(cast)
    await settle(cast, bucket_size=17)  # of no other test: its statement is a new one
    people = [await transaction(partial(member, cast.meyer, f"V{n}", "Olunteer", VOLUNTEER)) for n in range(9)]
    await database.query("ANALYZE")

    action = await Action.get(id=cast.action.id).select_related("campaign")
    for person in people:  # one after the other, so on one connection
        assert await start.assign_bucket(action, person.user)
    assert await database.query(
        "SELECT generic_plans, custom_plans FROM pg_prepared_statements"
        " WHERE statement LIKE 'WITH able%LIMIT 17 %' AND custom_plans + generic_plans = 9"
    ) == [{"generic_plans": 4, "custom_plans": 5}]


async def two_thousand(cast: Cast) -> None:
    """More people in the action's list, with their conversations."""
    people = [Contact(campaign=cast.meyer, phone=f"+1412{2000000 + n}", created_at=clock.now()) for n in range(2000)]
    await transaction(lambda: Contact.bulk_create(people))
    everyone = await Contact.filter(campaign=cast.meyer).exclude(id=cast.lisa.id)
    rows = [ListMembership(contact_list=cast.voters, contact=contact) for contact in everyone]
    await transaction(lambda: ListMembership.bulk_create(rows))
    await cast.make()


@pytest.mark.both
async def test_a_text_refused_at_night_does_not_come_back_as_a_card_of_someone_who_left_the_list(cast: Cast) -> None:
    await cast.start(cast.amy)
    await cast.click(cast.amy)
    await off_list(cast, cast.lisa)
    clock.freeze(clock.now() + timedelta(hours=12))
    await claim_next(cast.number.id)
    clock.freeze(clock.now() + timedelta(hours=12))
    action = await Action.get(id=cast.action.id).select_related("campaign")
    assert await next_in_queue(action, cast.amy.user) is None
