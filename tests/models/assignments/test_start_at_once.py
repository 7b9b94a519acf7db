"""On PostgreSQL a Start is one statement where nothing came between; the other way is test_start's too (SPEC V3, G1)."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest

from tests.cast import Cast
from tests.cast.database.moments import beside
from tests.cast.database.plans import statements
from webapp import clock
from webapp.database import transaction
from webapp.models import kept_counts, tallies
from webapp.models.actions.action import Action, ActionUser
from webapp.models.assignments import press, start
from webapp.models.conversations.buckets import Bucket
from webapp.models.conversations.conversation import Conversation
from webapp.models.results import recount


@pytest.mark.postgres
async def test_a_start_is_two_round_trips(cast: Cast) -> None:
    """The look at the volunteer, and the bucket."""
    await cast.start(cast.amy)
    await cast.add_contact("+14125550199", first_name="Mo")
    await cast.make()
    action = await Action.get(id=cast.action.id).select_related("campaign")
    with statements() as asked:
        assert await start.assign_bucket(action, cast.dan.user)
    assert [text.split()[0] for text, _ in asked] == ["SELECT", "WITH"]
    [row] = await ActionUser.filter(user=cast.dan.user)
    assert row.sent_at and row.seen_at and row.started_at


@pytest.mark.both
async def test_a_bucket_takes_along_whatever_its_contacts_count_for(cast: Cast) -> None:
    """Each of them with another mixture of what a conversation can count for while nobody was texted."""
    flags = ("needs_attention", "replied_at", "reported_at", "opted_out_at")
    mixtures = list(itertools.product((False, True), repeat=len(flags)))
    for n in range(len(mixtures)):
        await cast.add_contact(f"+1412555{2100 + n}", first_name="Mo")
    await cast.make()

    async def mix() -> None:
        found = await Conversation.filter(action=cast.action).order_by("id")
        for conversation, mixture in zip(found, mixtures, strict=False):
            async with tallies.moving(conversation):
                for name, on in zip(flags, mixture, strict=True):
                    setattr(conversation, name, on if name == "needs_attention" else clock.now() if on else None)

    await transaction(mix)
    pool = await kept_counts.of_user(cast.action.id, 0)
    assert all(pool[name] for name in ("remaining", "needs_attention", "replied", "reported", "opt_outs"))
    await cast.start(cast.amy)
    mine = sum((Counter(row.counts()) for row in await Conversation.filter(user=cast.amy.user)), Counter())
    assert mine["remaining"] == len(mixtures) + 1 and mine["unread"] == len(mixtures) / 2
    assert +await kept_counts.of_user(cast.action.id, cast.amy.user_id) == mine
    assert not any((await kept_counts.of_user(cast.action.id, 0)).values())


@pytest.mark.both
async def test_a_start_that_finds_nobody_leaves_no_bucket_and_is_noted(cast: Cast) -> None:
    await cast.start(cast.amy)
    await cast.start(cast.dan)
    assert await Bucket.filter(user=cast.dan.user).count() == 0
    assert (await ActionUser.get(user=cast.dan.user)).started_at
    assert await recount.differences() == []


@pytest.mark.postgres
async def test_two_starts_of_a_volunteer_that_looked_at_the_same_moment_make_one_bucket(cast: Cast) -> None:
    """The second waits for the first at the volunteer's row, sees that it is another version, and finds the bucket."""
    for n in range(150):
        await cast.add_contact(f"+1412555{2100 + n}", first_name="Mo")
    await cast.make()
    await beside("bucket", "INSERT", cast.start(cast.amy), cast.start(cast.amy))
    [bucket] = await Bucket.all()
    assert await Conversation.filter(bucket_id=bucket.id, user=cast.amy.user).count() == bucket.size == 100
    assert await Conversation.exclude(user=None).count() == 100
    await beside("bucket", "INSERT", cast.start(cast.dan), cast.start(cast.gary))
    assert await Conversation.filter(bucket_id=bucket.id, user=cast.amy.user).count() == 100
    assert await Conversation.exclude(user=None).count() == 151
    assert await recount.differences() == []


@pytest.mark.both
async def test_two_presses_that_read_the_same_rows_with_their_logins_make_one_bucket(cast: Cast) -> None:
    """The second finds the volunteer's row in another version, and comes by the locks to the first one's bucket."""
    for n in range(150):
        await cast.add_contact(f"+1412555{2100 + n}", first_name="Mo")
    await cast.make()
    action = await Action.get(id=cast.action.id).select_related("campaign")
    for _ in range(2):  # without a row in the action, and with one
        seen = await press.standing(action, cast.amy.user)
        first, second = [await start.assign_bucket(action, cast.amy.user, seen) for _ in range(2)]
        assert first and second and first.id == second.id
        assert await Conversation.filter(user=cast.amy.user, bucket_id=first.id).count() == len(
            await Conversation.filter(user=cast.amy.user, texted_at=None)
        )
        await transaction(lambda: Conversation.filter(user=cast.amy.user).update(texted_at=clock.now()))
        await transaction(lambda: Bucket.filter(user=cast.amy.user).update(finished_at=clock.now()))
    assert await Bucket.all().count() == 2


@pytest.mark.postgres
async def test_who_is_just_being_closed_is_left_alone(cast: Cast) -> None:
    """A row that another transaction has under way is passed over."""
    mo = await cast.add_contact("+14125550199", first_name="Mo")
    await cast.make()
    lisa = await cast.conversation()

    async def close() -> None:
        await Conversation.filter(id=lisa.id).update(closed_code=30006, skips=1)

    await beside("conversation", "UPDATE", transaction(close), cast.start(cast.amy))
    assert (await cast.conversation()).user_id is None
    assert (await cast.conversation(mo)).user_id == cast.amy.user_id
