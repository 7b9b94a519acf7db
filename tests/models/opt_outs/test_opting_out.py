"""STOP, against everything that happens at the same moment (SPEC X6)."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from tests.cast import Cast, opt_out_phone, texts
from tests.cast.texting import in_touch, says, texted
from webapp import clock
from webapp.database import transaction
from webapp.models import kept_counts, tallies
from webapp.models.actions import audience
from webapp.models.actions.script import RESPONSE, Script, ScriptTag
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import Tag
from webapp.models.conversations.message import QUEUED
from webapp.models.opt_outs.opt_out import FROM_ADMIN
from webapp.models.outcomes import answers
from webapp.models.reports import editing
from webapp.models.results import recount
from webapp.models.sending import undo
from webapp.models.sending.claim import claim_next
from webapp.models.sending.click import Declined, Queued
from webapp.models.sending.leaving import Claimed
from webapp.rules import errors


async def goodbye(cast: Cast) -> Script:
    """A response script that opts out."""

    async def make() -> Script:
        script = await Script.create(action=cast.action, kind=RESPONSE, name="Bye", body="You are off our list.")
        await ScriptTag.create(script=script, tag=await Tag.get(campaign=cast.meyer, slug="opt_out"))
        return script

    return await transaction(make)


@pytest.mark.both
async def test_after_a_stop_not_even_the_confirmation_is_tried_again(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "please no more texts ok?")
    assert isinstance(await cast.reply(cast.amy, script=await goodbye(cast)), Queued)
    claim = await claim_next(cast.number.id)
    assert isinstance(claim, Claimed)
    await says(cast, "STOP")
    await answers.later(claim.message_id, claim.attempt_id, 1)
    clock.freeze(clock.now() + timedelta(seconds=5))
    assert not isinstance(await claim_next(cast.number.id), Claimed)


@pytest.mark.both
async def test_tags_saved_again_after_an_opt_out_do_not_cancel_its_confirmation(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "please no more texts ok?")
    assert isinstance(await cast.reply(cast.amy, script=await goodbye(cast)), Queued)
    opt_out_tag = await Tag.get(campaign=cast.meyer, slug="opt_out")
    await editing.edit(cast.lisa.id, {}, {}, cast.gary, [opt_out_tag], [opt_out_tag])
    assert isinstance(await claim_next(cast.number.id), Claimed)


@pytest.mark.postgres
async def test_a_stop_beside_a_start_leaves_counts_that_add_up(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    reached, go, hit = asyncio.Event(), asyncio.Event(), tallies.hit

    async def slow(*what: int) -> None:
        reached.set()
        await go.wait()
        await hit(*what)

    monkeypatch.setattr(tallies, "hit", slow)
    stop = asyncio.create_task(opt_out_phone(cast.meyer, cast.lisa.phone, FROM_ADMIN))
    await reached.wait()
    await cast.start(cast.amy)
    go.set()
    await stop
    assert await recount.differences() == []


async def test_who_opted_out_while_off_the_list_is_not_back_with_it(cast: Cast) -> None:
    await transaction(lambda: cast.action.use_lists([]))
    await audience.changed(cast.action.id)
    await opt_out_phone(cast.meyer, cast.lisa.phone, FROM_ADMIN)
    await transaction(lambda: cast.action.use_lists([cast.voters]))
    await audience.changed(cast.action.id)
    assert (await kept_counts.totals(cast.action.id))["remaining"] == 0
    assert await recount.differences() == []


async def test_a_script_with_the_opt_out_tag_lets_one_last_text_leave_and_has_no_undo(cast: Cast) -> None:
    opt_out = await Tag.get(campaign=cast.meyer, slug="opt_out")
    await transaction(lambda: cast.thanks.apply_on_send([opt_out], []))
    await in_touch(cast)
    outcome = await cast.reply(cast.amy, script=cast.thanks)
    assert isinstance(outcome, Queued)
    assert (await Contact.get(id=cast.lisa.id)).opted_out_at
    assert (await texts())[-1].status == QUEUED, "it may still leave"
    assert isinstance(await claim_next(cast.number.id), Claimed), "and it does"
    assert not await undo.take_back(cast.amy, outcome.message.id)
    assert await cast.reply(cast.amy, "one more thing") == Declined(errors.OPTED_OUT)
