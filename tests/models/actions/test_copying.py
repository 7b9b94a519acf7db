"""A copy of an action has all that was written, and nothing that happened (SPEC A9)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.cast import Cast
from tests.cast.texting import texted
from webapp import clock
from webapp.database import transaction
from webapp.models.actions import audience, copying, report_settings
from webapp.models.actions.action import DRAFT, Action, ActionUser
from webapp.models.actions.limits import ActionLimit
from webapp.models.actions.script import INITIAL, RESPONSE, Script, ScriptTag, ScriptValue
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.conversations.conversation import Conversation

OWN = {"id", "title", "state", "created_at", "published_at", "paused_at", "archived_at", "ends_on", "capped_on"}
OWN |= {"conversations_made", "audience_cursor", "opt_out_overruled", "link_token", "publish_at", "scheduled_by_id"}
OWN |= {"scheduled_reason", "missed_at", "missed_why"}  # of the action alone; all others are copied


async def original(cast: Cast, **values: Any) -> Action:
    tag, notes = (
        await Tag.get(slug="will_vote", campaign=cast.meyer),
        await CustomField.get(slug="notes", campaign=cast.meyer),
    )

    async def fill() -> None:
        await Action.filter(id=cast.action.id).update(
            description="d", instructions="i", daily_cap=5, language="en", limited_by_place=True, **values
        )
        await ActionLimit.create(action=cast.action, kind="state", value="PA")
        await cast.action.leave_out([cast.voters], [tag], [(notes, "x")])
        await cast.thanks.apply_on_send([tag], [(notes, "yes")])
        await Script.create(action=cast.action, kind=INITIAL, body="Old", archived_at=clock.now())

    await transaction(fill)
    await report_settings.save(cast.action, [tag], [notes], cast.gary)
    return await Action.get(id=cast.action.id).select_related("campaign")


@pytest.mark.both
async def test_a_copy_has_lists_scripts_settings_and_limits(cast: Cast) -> None:
    action = await original(cast, ends_on=(clock.now() + timedelta(days=3)).date())
    made = await copying.copy(action, cast.gary)
    made = await Action.get(id=made.id)
    assert (made.title, made.state, made.ends_on) == ("Make a plan to vote (copy)", DRAFT, action.ends_on)
    for name in set(Action._meta.db_fields) - OWN:
        assert getattr(made, name) == getattr(action, name), name
    assert await audience.chosen(made.id) == await audience.chosen(action.id)
    assert await report_settings.chosen_ids(made) == await report_settings.chosen_ids(action)
    assert [row.value for row in await ActionLimit.filter(action=made)] == ["PA"]
    [hello] = await Script.filter(action=made, kind=INITIAL)
    [thanks] = await Script.filter(action=made, kind=RESPONSE)
    assert (hello.body, thanks.name, thanks.body) == (cast.hello.body, cast.thanks.name, cast.thanks.body)
    assert await ScriptTag.filter(script=thanks).count() == 1
    assert (await ScriptValue.get(script=thanks)).value == "yes"


async def test_nothing_that_happened_comes_along(cast: Cast) -> None:
    await texted(cast)
    past = (clock.now() - timedelta(days=3)).date()
    made = await copying.copy(await original(cast, ends_on=past, link_token="x", archived_at=clock.now()), cast.gary)
    made = await Action.get(id=made.id)
    assert not await Conversation.exists(action=made) and not await ActionUser.exists(action=made)
    assert (made.ends_on, made.link_token, made.archived_at, made.published_at) == (None, "", None, None)
