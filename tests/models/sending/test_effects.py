"""A response script changes the contact when it is sent, and Undo takes the change back (SPEC A3)."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.cast.texting import in_touch, says
from webapp.database import transaction
from webapp.models.actions.script import ScriptTag
from webapp.models.contacts import labels
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.kept_counts import Tally
from webapp.models.reports import labelling
from webapp.models.results import recount
from webapp.models.sending import effects, undo
from webapp.models.sending.click import Queued


async def test_counts_are_written_after_all_that_a_script_s_effects_lock(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    tag = await Tag.get(slug="will_vote", campaign=cast.meyer)
    await transaction(lambda: ScriptTag.create(script=cast.thanks, tag=tag))
    await in_touch(cast)
    await says(cast, "Yes")
    apply, seen = effects.apply, []

    async def looked(*arguments):  # type: ignore[no-untyped-def]
        seen.append((await Tally.get(action_id=cast.action.id, user_id=cast.amy.user_id)).needs_attention)
        return await apply(*arguments)

    monkeypatch.setattr(effects, "apply", looked)
    assert isinstance(await cast.reply(cast.amy, script=cast.thanks), Queued)
    assert seen == [1] and await recount.differences() == []


async def test_a_response_script_tags_the_contact_and_undo_takes_it_back(cast: Cast) -> None:
    will_vote = await Tag.get(campaign=cast.meyer, slug="will_vote")
    support = await CustomField.get(campaign=cast.meyer, slug="support_rating")
    await transaction(lambda: cast.thanks.apply_on_send([will_vote], [(support, "Supporter")]))
    await in_touch(cast)
    outcome = await cast.reply(cast.amy, script=cast.thanks)
    assert isinstance(outcome, Queued) and outcome.message.body == "Thank you, Lisa!"
    assert [t.slug for t in (await labels.tags_of([cast.lisa.id]))[cast.lisa.id]] == ["will_vote"]
    assert (await labels.field_values(cast.lisa.id))["support_rating"] == "Supporter"
    await undo.take_back(cast.amy, outcome.message.id)
    assert (await labels.tags_of([cast.lisa.id]))[cast.lisa.id] == []
    assert await labels.field_values(cast.lisa.id) == {}


async def test_undo_leaves_what_someone_changed_since(cast: Cast) -> None:
    support = await CustomField.get(campaign=cast.meyer, slug="support_rating")
    await transaction(lambda: cast.thanks.apply_on_send([], [(support, "Supporter")]))
    await in_touch(cast)
    outcome = await cast.reply(cast.amy, script=cast.thanks)
    assert isinstance(outcome, Queued)
    await labelling.set_field(cast.lisa.id, support, "Against", cast.gary.user_id)
    await undo.take_back(cast.amy, outcome.message.id)
    assert (await labels.field_values(cast.lisa.id))["support_rating"] == "Against"
