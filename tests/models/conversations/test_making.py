"""Conversations of an action and which script each gets (SPEC A2): even by construction, whoever holds them."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.cast import HELLO, Cast
from tests.cast.lists import list_many
from tests.cast.texting import new_sid
from webapp.database import transaction
from webapp.models.actions.action import Action
from webapp.models.actions.script import INITIAL, Script
from webapp.models.assignments import start
from webapp.models.conversations import making
from webapp.models.conversations.conversation import Conversation
from webapp.models.outcomes import answers
from webapp.models.results import results
from webapp.models.sending.claim import claim_next
from webapp.models.sending.leaving import Claimed


async def write(cast: Cast, *bodies: str) -> list[Script]:
    """More initial scripts, as the office adds them."""
    made = []
    for body in bodies:
        made.append(await transaction(lambda body=body: Script.create(action=cast.action, kind=INITIAL, body=body)))  # type: ignore[misc]
        await making.pick_again(cast.action)
    return made


async def picks(cast: Cast, **which: object) -> list[int]:
    rows = await Conversation.filter(action=cast.action, **which).order_by("id").values_list("script_id", flat=True)
    return [int(n) for n in rows]  # type: ignore[call-overload]


def spread(found: list[int]) -> int:
    """Between the script picked most and the one picked least."""
    counted = Counter(found)
    return max(counted.values()) - min(counted.values())


@pytest.mark.both
async def test_three_scripts_over_ten_thousand_people_differ_by_one_at_most(cast: Cast) -> None:
    await write(cast, "B " + HELLO, "C " + HELLO)
    await list_many(cast, 0, 10_000)
    found = await picks(cast)
    assert len(found) == 10_001 and len(set(found)) == 3
    assert spread(found) <= 1
    # whatever part of the list in order somebody gets: a block has each script once, so two edges are all there is
    for size in (10, 25, 100, 200):
        parts = [found[at : at + size] for at in range(0, len(found) - size, 37)]
        assert max(spread(part) for part in parts) <= 2
    # not in turn, which whoever reads the list could follow
    assert len({tuple(found[at : at + 3]) for at in range(0, 9_999, 3)}) == 6


async def test_a_volunteer_s_bucket_is_as_even_as_its_edges_allow(cast: Cast) -> None:
    await write(cast, "B " + HELLO, "C " + HELLO)
    await list_many(cast, 0, 400)
    for member in (cast.amy, cast.dan, cast.gary):
        action = await Action.get(id=cast.action.id).select_related("campaign")
        await start.assign_bucket(action, member.user)
        held = await picks(cast, user_id=member.user_id)
        assert len(held) == 100 and spread(held) <= 2


@pytest.mark.both
async def test_who_comes_later_goes_on_in_the_block_that_was_begun(cast: Cast) -> None:
    await write(cast, "B " + HELLO, "C " + HELLO)
    for part in range(7):
        await list_many(cast, part * 11, 11)
        assert spread(await picks(cast)) <= 1


async def test_a_script_added_half_way_leaves_what_was_held_or_texted_as_it_was(cast: Cast) -> None:
    await list_many(cast, 0, 300)
    await cast.start(cast.amy)
    await cast.click(cast.amy)
    before = await picks(cast, user_id=cast.amy.user_id)
    [added] = await write(cast, "B " + HELLO)
    assert await picks(cast, user_id=cast.amy.user_id) == before == [cast.hello.id] * 100
    free = await picks(cast, user_id=None)
    assert len(free) == 201 and spread(free) <= 1 and added.id in free
    await list_many(cast, 300, 50)
    assert spread(await picks(cast, user_id=None)) <= 1


async def test_an_archived_script_goes_from_the_pool_and_stays_in_the_results(cast: Cast) -> None:
    await list_many(cast, 0, 120)
    [other] = await write(cast, "B " + HELLO)
    await cast.start(cast.amy)
    got_it = Conversation.filter(action=cast.action, user_id=cast.amy.user_id, script_id=other.id)
    texted = await got_it.first().select_related("contact")
    assert texted
    await cast.click(cast.amy, texted.contact)
    found = await claim_next(cast.number.id)
    assert isinstance(found, Claimed)
    await answers.taken(found.message_id, new_sid(), found.attempt_id)
    await other.archive()
    await making.pick_again(cast.action)
    assert set(await picks(cast, user_id=None)) == {cast.hello.id}
    rows = await results.side_by_side(cast.action)
    assert {row.script.id: row.sent for row in rows} == {cast.hello.id: 0, other.id: 1}


async def test_the_same_action_picks_the_same_again(cast: Cast) -> None:
    await write(cast, "B " + HELLO, "C " + HELLO)
    await list_many(cast, 0, 60)
    first = await picks(cast)
    await making.pick_again(cast.action)
    assert await picks(cast) == first
