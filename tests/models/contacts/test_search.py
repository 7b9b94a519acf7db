"""Who a filter finds: against a plain reading of the rows, on both databases."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from tests.cast import Cast, opt_out_phone
from tests.cast.texting import says, texted
from webapp import clock
from webapp.database import transaction
from webapp.models.actions.action import Action
from webapp.models.contacts import many_at_once, search
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import ContactTag, CustomField, FieldValue, Tag
from webapp.models.contacts.lists import ContactList, ListMembership
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import Message
from webapp.models.opt_outs.opt_out import FROM_ADMIN
from webapp.models.reports import labelling
from webapp.rules.contacts import contact_filter
from webapp.rules.contacts.contact_filter import Filter


async def found(cast: Cast, **asked: Any) -> set[str]:
    page = await search.page(cast.meyer, contact_filter.read(asked))
    return {contact.first_name for contact in page.contacts}


@pytest.mark.both
async def test_last_message_is_theirs_or_ours_by_days_of_the_campaign(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "yes")
    day = cast.meyer.local(clock.now()).date()
    assert await found(cast, since=str(day), until=str(day)) == {"Lisa"}
    assert await found(cast, until=str(day - timedelta(days=1))) == set()


@pytest.mark.parametrize(
    ("q", "people"),
    [
        ("lis", {"Lisa"}),
        ("NG", {"Lisa"}),
        ("lisa n", {"Lisa"}),
        ("ng lisa", {"Lisa"}),
        ("jose", {"José"}),
        ("NÚÑEZ", {"José"}),
        ("nunez ri", {"José"}),
        ("oneil", {"Bo"}),
        ("o'n", {"Bo"}),
        ("412-555-0102", {"José"}),
        ("isa", set()),
        ("%", set()),
        ("", {"Lisa", "José", "Bo"}),
    ],
)
@pytest.mark.both
async def test_a_search_finds_beginnings_of_names_and_whole_phones(cast: Cast, q: str, people: set[str]) -> None:
    await cast.add_contact("+14125550102", first_name="José", last_name="Núñez Rivera")
    await cast.add_contact("+14125550103", first_name="Bo", last_name="O'Neil")
    assert await found(cast, q=q) == people


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


@pytest.mark.both
async def test_pages_follow_one_another_and_show_each_contact_once(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "PAGE", 7)
    await crowd(cast, random.Random(3))
    for wanted in (Filter(), Filter(sort="recent"), Filter(state="PA"), Filter(list=cast.voters.id), Filter(q="p")):
        everyone = await search.count(cast.meyer, wanted)
        pages = [await search.page(cast.meyer, wanted)]
        while pages[-1].more:
            pages.append(await search.page(cast.meyer, wanted, after=pages[-1].more))
        seen = [c for page in pages for c in page.contacts]
        assert len(seen) == len({c.id for c in seen}) == everyone
        times = [c.last_message_at for c in seen if c.last_message_at]
        assert not wanted.by_last_message or (len(times) == everyone and times == sorted(times, reverse=True))
        back = [pages[-1]]
        while back[-1].less:
            back.append(await search.page(cast.meyer, wanted, before=back[-1].less))
        assert [ids(page) for page in reversed(back)] == [ids(page) for page in pages], wanted
        assert [page.more for page in reversed(back)] == [page.more for page in pages]


def ids(page: search.Found) -> list[int]:
    return [contact.id for contact in page.contacts]


@pytest.mark.both
async def test_where_contacts_before_a_page_have_gone_the_first_page_is_shown(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "PAGE", 2)
    for n in range(4):
        await cast.add_contact(f"+1412555{n + 1200}")
    first = await search.page(cast.meyer, Filter())
    for place in (str(first.contacts[1].id), "nonsense"):
        assert ids(await search.page(cast.meyer, Filter(), before=place)) == ids(first)
