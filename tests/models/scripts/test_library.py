"""A script of the library becomes a draft's own (SPEC H3)."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from webapp import clock
from webapp.database import transaction
from webapp.models.actions.action import DRAFT, PRIVATE, Action
from webapp.models.actions.script import INITIAL, RESPONSE, Script
from webapp.models.contacts.labels import Tag
from webapp.models.scripts import library
from webapp.rules.library import shelf
from webapp.rules.library.prepared import Prepared

pytestmark = pytest.mark.both
GOTV = shelf.BY_SLUG["get-out-the-vote"]


async def draft(cast: Cast) -> Action:
    return await transaction(lambda: Action.create(campaign=cast.meyer, title="Draft", created_at=clock.now()))


@pytest.mark.parametrize("one", shelf.ALL, ids=lambda one: one.slug)
async def test_each_is_copied_whole_into_a_new_draft(cast: Cast, one: Prepared) -> None:
    action = await library.use(one, None, cast.gary)
    assert action and action.state == DRAFT and action.title == one.title
    assert [s.body for s in await Script.of(action, INITIAL)] == [one.initial]
    answers = await Script.of(action, RESPONSE)
    assert [(s.name, s.body) for s in answers] == [(a.name, a.body) for a in one.answers]
    assert [{t.tag.slug for t in s.script_tags} for s in answers] == [set(a.tags) for a in one.answers]


async def test_it_is_added_to_a_draft_once(cast: Cast) -> None:
    action = await draft(cast)
    for _ in range(2):
        assert await library.use(GOTV, action, cast.gary)
    assert await Script.filter(action=action).count() == 1 + len(GOTV.answers)


async def test_nothing_is_stored_in_an_action_that_was_published_meanwhile(cast: Cast) -> None:
    action = await draft(cast)
    await transaction(lambda: Action.filter(id=action.id).update(state=PRIVATE))
    assert await library.use(GOTV, action, cast.gary) is None
    assert not await Script.filter(action=action).exists()


async def test_a_tag_that_was_archived_is_left_out(cast: Cast) -> None:
    await transaction(lambda: Tag.filter(campaign=cast.meyer, slug="will_vote").update(archived_at=clock.now()))
    action = await library.use(GOTV, None, cast.gary)
    assert action
    assert "will_vote" not in {t.tag.slug for s in await Script.of(action, RESPONSE) for t in s.script_tags}


async def test_only_drafts_of_the_campaign_are_offered(cast: Cast) -> None:
    mine = await draft(cast)
    await transaction(lambda: Action.create(campaign=cast.ryan, title="Theirs", created_at=clock.now()))
    assert [action.id for action in await library.drafts(cast.gary)] == [mine.id]
