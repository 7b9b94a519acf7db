"""The checklist of the first text bank ticks facts, and nothing else (SPEC H4)."""

from __future__ import annotations

import uuid

import pytest

from tests.cast import Cast
from tests.cast.texting import says, texted
from webapp.database import transaction
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import DRAFT, Action
from webapp.models.contacts.new_campaign import create_campaign
from webapp.models.notices import telling
from webapp.models.results import first_night

pytestmark = pytest.mark.both


async def done(member: Membership) -> set[str]:
    fresh = await Membership.get(id=member.id).select_related("user", "campaign")
    return {step.name for step in await first_night.of(fresh) if step.done}


async def test_a_new_campaign_has_nothing_done_but_that_nobody_waits(cast: Cast) -> None:
    campaign: Campaign = await create_campaign("Reed for Mayor", "reed", "America/New_York")
    owner = await transaction(lambda: Membership.join(cast.selina.user, campaign, "owner", "15213"))
    assert await done(owner) == {"approved"}


async def test_before_the_evening_the_ticks_are_what_is_set_up(cast: Cast) -> None:
    there = await done(cast.selina)
    assert {"numbers", "setup", "list", "script", "answers", "volunteers", "approved", "publish"} <= there
    assert not there & {"texted", "replied", "sent", "answered", "thanked"}
    await transaction(lambda: Action.filter(id=cast.action.id).update(state=DRAFT))
    await transaction(lambda: Membership.filter(id=cast.dan.id).update(approved_at=None))
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(registration=""))
    assert not await done(cast.selina) & {"publish", "approved", "setup"}


async def test_the_evening_ticks_itself(cast: Cast) -> None:
    await texted(cast)
    assert {"started", "texted", "carriers", "sent", "answered"} <= await done(cast.selina)
    await says(cast, "yes")
    there = await done(cast.selina)
    assert "replied" in there and "answered" not in there
    await telling.begin(cast.gary, telling.Words("message", "Thanks", "!"), [cast.amy.id], "Amy", uuid.uuid4())
    assert "thanked" in await done(cast.selina)


async def test_a_half_done_bucket_is_not_done(cast: Cast) -> None:
    await cast.add_contact("+14125550102", first_name="Bea", zip="15213")
    await cast.make()
    await texted(cast)
    steps = {step.name: step for step in await first_night.of(cast.selina)}
    assert not steps["returned"].done and steps["returned"].number == 1
