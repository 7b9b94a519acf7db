"""Every mixture of filters finds what a plain reading of the rows finds, on both databases."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from tests.cast import Cast
from tests.cast.histories.contacts import crowd
from tests.cast.texting import texted
from webapp.models.contacts import search
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import ContactTag, CustomField, FieldValue, Tag
from webapp.models.contacts.lists import ContactList, ListMembership
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import Message
from webapp.rules.contacts.contact_filter import Filter


@dataclass
class Everything:
    """The rows as they are, for the plain reading."""

    contacts: list[Contact]
    lists: set[tuple[int, int]]
    tags: set[tuple[int, int]]
    values: dict[tuple[int, int], str]
    conversations: list[Conversation]
    messages: list[Message]

    @classmethod
    async def read(cls, campaign_id: int) -> Everything:
        return cls(
            await Contact.filter(campaign_id=campaign_id).order_by("id"),
            {(int(a), int(b)) for a, b in await ListMembership.all().values_list("contact_list_id", "contact_id")},
            {(int(a), int(b)) for a, b in await ContactTag.all().values_list("tag_id", "contact_id")},
            {(row.field_id, row.contact_id): row.value for row in await FieldValue.all()},
            await Conversation.filter(campaign_id=campaign_id),
            await Message.filter(campaign_id=campaign_id),
        )

    def fits(self, c: Contact, f: Filter) -> bool:
        mine = [v for v in self.conversations if v.contact_id == c.id and f.action in (0, v.action_id)]
        asked: list[Callable[[Conversation], bool]] = []
        if f.replied == "yes":
            asked.append(lambda v: v.replied_at is not None)
        if f.attention == "yes":
            asked.append(lambda v: v.needs_attention)
        if f.assigned == "staff":
            asked.append(lambda v: v.with_staff)
        if f.assigned == "nobody" and (f.action or asked):
            asked.append(lambda v: v.user_id is None and not v.with_staff)
        if f.assigned.isdecimal() and (f.action or asked):
            asked.append(lambda v: v.user_id == int(f.assigned))
        return all(
            [
                not f.list or (f.list, c.id) in self.lists,
                not f.tag or (f.tag, c.id) in self.tags,
                not f.not_tag or (f.not_tag, c.id) not in self.tags,
                not f.field
                or (
                    self.values.get((f.field, c.id), "").lower() == f.value.lower()
                    if f.value
                    else (f.field, c.id) in self.values
                ),
                not f.script
                or any(
                    m.contact_id == c.id
                    and m.script_id == f.script
                    and m.status == "taken"
                    and f.version in (0, m.script_version)
                    for m in self.messages
                ),
                not (f.action or asked) or any(all(one(v) for one in asked) for v in mine),
                not (f.assigned == "nobody" and not f.action and not asked)
                or (c.keeper_id is None and not any(v.user_id or v.with_staff for v in mine)),
                not (f.assigned.isdecimal() and not f.action and len(asked) == 0)
                or c.keeper_id == int(f.assigned)
                or any(v.user_id == int(f.assigned) for v in mine),
                f.replied != "no" or not any(v.replied_at for v in mine),
                f.replied != "no" or f.texted == "no" or any(v.texted_at for v in mine),
                not f.texted or any(v.texted_at for v in mine) == (f.texted == "yes"),
                f.attention != "no" or not any(v.needs_attention for v in mine),
                not f.opted_out or (c.opted_out_at is not None) == (f.opted_out == "yes"),
                not f.state or c.state_abbrev == f.state,
                not f.by_last_message or c.last_message_at is not None,
            ]
        )


@pytest.mark.both
async def test_every_mixture_of_filters_finds_what_a_plain_reading_finds(cast: Cast) -> None:
    dice = random.Random(5)
    actions = await crowd(cast, dice)
    await texted(cast)
    rows = await Everything.read(cast.meyer.id)
    tags = [t.id for t in await Tag.filter(campaign=cast.meyer, system=False)][:2]
    field = await CustomField.get(campaign=cast.meyer, slug="support_rating")
    extra = await ContactList.get(name="Extra")
    choices: dict[str, list[Any]] = {
        "list": [extra.id, cast.voters.id],
        "tag": tags,
        "not_tag": tags,
        "field": [field.id],
        "value": ["", "supporter", "Neutral"],
        "action": [a.id for a in actions],
        "script": [cast.hello.id],
        "version": [1, 2],
        "texted": ["yes", "no"],
        "replied": ["yes", "no"],
        "attention": ["yes", "no"],
        "opted_out": ["yes", "no"],
        "assigned": ["nobody", "staff", str(cast.amy.user_id)],
        "state": ["PA", "OH"],
        "sort": ["recent"],
    }
    sizes = set()
    for _ in range(250):
        names = dice.sample(list(choices), dice.randint(1, 4))
        wanted = Filter(**{name: dice.choice(choices[name]) for name in names})
        expected = {c.id for c in rows.contacts if rows.fits(c, wanted)}
        page = await search.page(cast.meyer, wanted)
        assert {c.id for c in page.contacts} == expected, wanted
        assert await search.count(cast.meyer, wanted) == len(expected)
        assert await search.ids(cast.meyer, replace(wanted, sort=""), 0, 10**9, 99) == sorted(expected) or wanted.sort
        sizes.add(len(expected))
    assert len(sizes) > 10, "the mixtures find different people, or this test means nothing"
