"""The editor counts as Twilio bills; the simulator counts with another library (smsutil)."""

from __future__ import annotations

import pytest

from tests.cast import Cast, texts
from tests.cast.stand_ins.simulated import Simulated
from webapp import clock, config
from webapp.database import transaction
from webapp.gateways.twilio import Twilio
from webapp.models.actions.action import Action
from webapp.models.conversations import making
from webapp.models.links.links import CustomLink
from webapp.models.scripts import cost
from webapp.models.scripts.cost import ScriptCost
from webapp.workers.sending import draining

NAMES = [
    "Lisa",
    "José",
    "Zoë",
    "Łucja",
    "Bartholomew Fitzgerald",
    "李",
    "O’Neil",
    "Ana 🙂",
    "N'gɔ",
    "é" * 30,
    "👩‍👩‍👧‍👦" * 3,
    "[x]~^",
    "Dora",
]
SCRIPTS = [
    "Hi ##{{first_name}}, it's ##{{user.first_name}}. Reply STOP to opt out.",
    "Hi ##{{first_name}} – plan: ##{{'plan'|trackable}} " + "vote " * 20 + "Reply STOP to opt out.",
    "##{{first_name}} {a} €5 " + "🗳️" * 17 + " ##{{'plan'|trackable}} ##{{first_name}} Reply STOP to opt out.",
    "##{{first_name}} " + "x" * 140 + " Reply STOP to opt out." + "ñ" * 130,
]


@pytest.mark.parametrize("script", range(len(SCRIPTS)))
async def test_the_count_shown_is_the_count_billed(cast: Cast, twilio: Simulated, script: int) -> None:
    twilio.carrier.store.add_number(cast.number.e164)
    await transaction(
        lambda: CustomLink.create(
            campaign=cast.meyer, slug="plan", title="Plan", url="https://a.example/", created_at=clock.now()
        )
    )
    await cast.hello.write("", SCRIPTS[script], None)
    people = [
        await cast.add_contact(f"+1412555{2000 + n}", first_name=name, zip="15213") for n, name in enumerate(NAMES)
    ]
    await making.make_all(cast.action.id)
    action = await Action.get(id=cast.action.id).select_related("campaign")
    made, _ = await cost.begin(action, cast.amy.user, SCRIPTS[script], picture=False)
    await cost.run(made.id, 60)
    await cast.start(cast.amy)
    for person in (cast.lisa, *people):
        await cast.click(cast.amy, person)
    gateway = Twilio(config.settings())
    await draining.drain({"twilio": gateway}, cast.number.id)
    await gateway.close()

    billed = {row.recipient: row.segments for row in twilio.carrier.store.messages()}
    assert len(billed) == len(NAMES) + 1
    assert {message.phone: message.segments for message in await texts()} == billed
    assert (await ScriptCost.get(id=made.id)).segments == sum(billed.values())
