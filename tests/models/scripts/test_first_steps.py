"""The steps left before the first text (SPEC S9)."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts.campaign import Campaign
from webapp.models.actions.action import DRAFT, PUBLIC, Action
from webapp.models.actions.script import INITIAL, Script
from webapp.models.contacts.lists import ContactList
from webapp.models.contacts.new_campaign import create_campaign
from webapp.models.numbers.number import add_number
from webapp.models.scripts import first_steps

pytestmark = pytest.mark.both


async def done(campaign: Campaign) -> list[str]:
    return [step.name for step in await first_steps.of(campaign) if step.done]


async def test_each_step_is_done_by_what_it_names(cast: Cast) -> None:
    new = await create_campaign("New", "new", "America/New_York")
    assert [step.name for step in await first_steps.of(new)] == [
        "info",
        "numbers",
        "setup",
        "list",
        "script",
        "publish",
    ]
    assert await done(new) == []
    new.description = "We keep hospitals open."
    await transaction(lambda: new.save(update_fields=["description"]))
    assert await done(new) == ["info"]
    await add_number(new, "+14125550144")
    assert await done(new) == ["info", "numbers"]
    await transaction(lambda: ContactList.create(campaign=new, name="Empty", created_at=clock.now()))
    assert await done(new) == ["info", "numbers"], "an empty list is nobody to text"
    await transaction(lambda: ContactList.filter(campaign=new).update(size=3))
    assert await done(new) == ["info", "numbers", "list"]
    draft = await transaction(lambda: Action.create(campaign=new, title="A", state=DRAFT, created_at=clock.now()))
    await transaction(lambda: Script.create(action=draft, kind=INITIAL, body="Hi", position=0))
    assert await done(new) == ["info", "numbers", "list", "script"]
    assert (await first_steps.of(new))[-1].action_id == draft.id
    await transaction(lambda: Action.filter(id=draft.id).update(state=PUBLIC))
    assert await first_steps.of(new) == []


async def test_the_set_up_check_is_a_step(cast: Cast) -> None:
    await transaction(lambda: Action.filter(campaign=cast.meyer).update(state=DRAFT))
    assert {"setup", "script"} <= set(await done(await Campaign.get(id=cast.meyer.id)))
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(mail_trouble="SMTPAuthenticationError"))
    assert "setup" not in await done(await Campaign.get(id=cast.meyer.id))
