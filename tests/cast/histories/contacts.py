"""Forty contacts, each with this and that."""

from __future__ import annotations

import random
from datetime import timedelta
from functools import partial
from typing import Any

from tests.cast import Cast, opt_out_phone
from webapp import clock
from webapp.database import transaction
from webapp.models.actions.action import Action
from webapp.models.contacts import many_at_once
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.contacts.lists import ContactList
from webapp.models.conversations.conversation import Conversation
from webapp.models.opt_outs.opt_out import FROM_ADMIN
from webapp.models.reports import labelling


async def crowd(cast: Cast, dice: random.Random) -> list[Action]:
    """Forty people with this and that, in two actions."""
    other = await transaction(
        lambda: Action.create(
            campaign=cast.meyer, title="Other", state="public", published_at=clock.now(), created_at=clock.now()
        )
    )
    extra = await transaction(lambda: ContactList.create(campaign=cast.meyer, name="Extra", created_at=clock.now()))
    tags, field = (
        await Tag.filter(campaign=cast.meyer, system=False),
        await CustomField.get(campaign=cast.meyer, slug="support_rating"),
    )
    users = [cast.amy.user_id, cast.dan.user_id, None]
    for n in range(40):
        contact = await cast.add_contact(
            f"+1412555{n + 1200}", first_name=f"P{n}", state_abbrev=dice.choice(["PA", "OH", ""])
        )
        for tag in tags[:2]:
            if dice.random() < 0.4:
                await labelling.set_tag(contact, tag, "admin", None)
        if dice.random() < 0.5:
            await labelling.set_field(contact.id, field, dice.choice(["Supporter", "Neutral"]), None)
        if dice.random() < 0.2:
            await opt_out_phone(cast.meyer, contact.phone, FROM_ADMIN)
        await transaction(partial(_story, cast, dice, contact, extra, [cast.action, other], users))
    return [cast.action, other]


async def _story(
    cast: Cast, dice: random.Random, contact: Contact, extra: ContactList, actions: list[Action], users: list[Any]
) -> None:
    """Inside a transaction: a keeper, a last message, a list, conversations."""
    texted_at = dice.choice([None, clock.now() - timedelta(days=dice.randint(0, 9))])
    last = texted_at or dice.choice([None, clock.now()])
    await Contact.filter(id=contact.id).update(keeper_id=dice.choice(users), last_message_at=last)
    if dice.random() < 0.4:
        await many_at_once.add_to_list(extra.id, [contact.id])
    for action in actions:
        replied = dice.choice([None, clock.now()])
        if dice.random() < 0.7:
            await Conversation.create(
                campaign=cast.meyer,
                action=action,
                contact=contact,
                script=cast.hello,
                user_id=dice.choice(users),
                texted_at=texted_at if texted_at and dice.random() < 0.8 else None,
                replied_at=replied,
                with_staff=dice.random() < 0.2,
                needs_attention=bool(replied) and dice.random() < 0.5,
                created_at=clock.now(),
            )
