"""Steps of a crowd, by their names in `Crowd`, what scripts and links it has, and the steps that are about these."""

from __future__ import annotations

import random

from tests.cast import Cast
from webapp import clock
from webapp.database import transaction
from webapp.models.actions import audience
from webapp.models.actions.action import Action
from webapp.models.actions.script import INITIAL, RESPONSE, Script
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import Tag
from webapp.models.links import links
from webapp.models.links.links import CustomLink, TrackedLink
from webapp.models.scripts import editing

OFTEN = [
    "start",
    "click",
    "click",
    "click",
    "claim",
    "claim",
    "claim",
    "receive",
    "receive",
    "deliver",
    "reply",
    "report",
]
RARELY = ["skip", "undo", "look_up", "read", "hand", "block", "unblock", "decide", "opt_out", "wait", "edit", "archive"]
RARELY += ["restore", "leave_or_come", "reassign", "suspend", "night", "settle", "go_on", "sweep", "newcomer"]
RARELY += ["open_link"] * 3


async def add_script_that_opts_out(cast: Cast) -> None:
    async def add() -> None:
        sorry = await Script.create(action=cast.action, kind=RESPONSE, name="Sorry", body="You are off our list.")
        await sorry.apply_on_send([await Tag.get(campaign=cast.meyer, slug="opt_out")], [])

    await transaction(add)


async def add_link(cast: Cast, actions: tuple[Action, ...]) -> None:
    """In a response of each action, and in texts that `edit` writes."""

    async def add() -> None:
        await CustomLink.create(
            campaign=cast.meyer, slug="plan", title="Plan", url="https://x.example", created_at=clock.now()
        )
        for action in actions:
            await Script.create(action=action, kind=RESPONSE, name="Plan", body="See ##{{'plan'|trackable}}")

    await transaction(add)


class Steps:
    cast: Cast
    dice: random.Random
    actions: tuple[Action, ...]

    async def open_link(self) -> None:
        """Of any text that was clicked; by the person, or by a machine that looks for a preview."""
        if sent := await TrackedLink.exclude(message_id=None).order_by("id"):
            await links.clicked(self.dice.choice(sent), self.dice.choice((links.PERSON, links.PREVIEW)), "")

    async def edit(self) -> None:
        """Gary changes a script, or adds one; some need what nobody has."""
        action = self.dice.choice(self.actions)
        scripts = await Script.filter(action=action, kind=INITIAL, archived_at=None).order_by("id")
        needs = " ##{{email}}" if self.dice.randrange(4) == 0 else ""
        link = " ##{{'plan'|trackable}}" if self.dice.randrange(2) else ""
        body = f"Hi {self.dice.randrange(10_000)}{needs}{link}, reply STOP to opt out."
        draft = editing.Draft(INITIAL, "", body, None, [], [])
        await editing.save(action, self.dice.choice([*scripts, None]), draft, self.cast.gary)

    async def newcomer(self) -> None:
        """Somebody new is on the list."""
        phone = f"+1412555{6000 + await Contact.all().count()}"
        new = await self.cast.add_contact(phone, first_name="New", zip="15213")
        await transaction(lambda: audience.sync_conversations([new.id]))
