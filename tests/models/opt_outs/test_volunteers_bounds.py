"""A volunteer's opt-outs and blocks have a budget an hour; an opt-out that is stored stays (SPEC V9)."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from tests.cast import Cast, opt_out_phone
from tests.cast.site import audited
from tests.cast.texting import decides, says, texted
from tests.cast.ways.to_opt_out import WAYS
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership
from webapp.models.actions.script import RESPONSE, Script
from webapp.models.contacts import labels
from webapp.models.contacts.contact import Contact, ContactEvent
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.conversations.message import CANCELLED, Message, MessageEffect
from webapp.models.departures import suspending
from webapp.models.opt_outs import bounds
from webapp.models.opt_outs.opt_out import FROM_VOLUNTEER, OptOut
from webapp.models.sending.click import HELD_BACK, Declined
from webapp.rules import errors


async def budget(cast: Cast, number: int) -> None:
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(opt_out_budget=number))


async def others(cast: Cast, number: int) -> list[Contact]:
    return [await cast.add_contact(f"+1412555{3000 + n}", first_name=f"P{n}", zip="15213") for n in range(number)]


async def opt_out(contact: Contact, by: Membership) -> None:
    await opt_out_phone(by.campaign, contact.phone, FROM_VOLUNTEER, by.user)


@pytest.mark.both
@pytest.mark.parametrize("way", sorted(WAYS))
async def test_past_the_budget_every_way_leads_to_staff_and_the_volunteer_is_paused(cast: Cast, way: str) -> None:
    await texted(cast)
    await says(cast, "take me off your list" if way == "decision" else "Hello")
    bo, cy = await others(cast, 2)
    await budget(cast, 2)
    await opt_out(bo, cast.amy)
    await opt_out(cy, cast.amy)
    assert (await Membership.get(id=cast.amy.id)).active
    outcome = await WAYS[way](cast)
    assert way != "script" or outcome == HELD_BACK
    lisa, amy = await Contact.get(id=cast.lisa.id), await Membership.get(id=cast.amy.id)
    assert lisa.possible_opt_out_at and not lisa.opted_out_at and not lisa.blocked_at
    assert not await OptOut.exists(phone=lisa.phone) and await OptOut.all().count() == 2
    assert not amy.active and [m.id for m in await bounds.paused(cast.meyer.id)] == [amy.id]
    assert (await cast.conversation()).with_staff and await audited("user.paused") == 1
    assert all(m.status == CANCELLED for m in await Message.filter(direction="out", taken_at=None))
    outcome = await cast.reply(cast.gary, "Are you there?")
    assert outcome == Declined(errors.POSSIBLE_OPT_OUT), "nothing is sent to that phone until staff decide"


@pytest.mark.both
async def test_a_held_back_reply_sets_none_of_its_script_s_tags_and_fields(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "Hello")
    await budget(cast, 0)
    tags = [await Tag.get(campaign=cast.meyer, slug="will_vote"), await Tag.get(campaign=cast.meyer, system=True)]
    support = await CustomField.get(campaign=cast.meyer, slug="support_rating")
    script = await transaction(lambda: Script.create(action=cast.action, kind=RESPONSE, name="Bye", body="Bye"))
    await script.apply_on_send(tags, [(support, "Supporter")])
    assert await cast.reply(cast.amy, script=script) == HELD_BACK
    assert (await Message.get(body="Bye")).status == CANCELLED
    assert (await labels.tags_of([cast.lisa.id]))[cast.lisa.id] == []
    assert await labels.field_values(cast.lisa.id) == {}
    assert not await MessageEffect.exists()
    assert not await ContactEvent.filter(contact_id=cast.lisa.id, what__in=["tag_set", "field_set"]).exists()


@pytest.mark.both
async def test_many_presses_at_once_are_counted_one_after_the_other(cast: Cast) -> None:
    people = await others(cast, 8)
    await budget(cast, 3)
    await asyncio.gather(*(opt_out(one, cast.amy) for one in people))
    assert await OptOut.all().count() == 3
    assert await Contact.filter(possible_opt_out_at__isnull=False).count() == 5


async def test_an_hour_later_there_is_a_new_budget(cast: Cast) -> None:
    bo, cy = await others(cast, 2)
    await budget(cast, 1)
    await opt_out(bo, cast.amy)
    clock.freeze(clock.now() + timedelta(minutes=61))
    await opt_out(cy, cast.amy)
    assert await OptOut.all().count() == 2 and (await Membership.get(id=cast.amy.id)).active


async def test_others_and_staff_are_not_counted_for_it(cast: Cast) -> None:
    people = await others(cast, 4)
    await budget(cast, 1)
    await opt_out(people[0], cast.dan)
    await opt_out(people[1], cast.amy)
    for one in people[2:]:
        await opt_out(one, cast.gary)
    assert await OptOut.all().count() == 4 and await bounds.paused(cast.meyer.id) == []


async def test_the_same_person_twice_is_one_and_a_keyword_needs_no_budget(cast: Cast) -> None:
    [bo] = await others(cast, 1)
    await texted(cast)
    await budget(cast, 1)
    for _ in range(3):
        await opt_out(bo, cast.amy)
    await says(cast, "STOP")
    assert (await Membership.get(id=cast.amy.id)).active and await OptOut.all().count() == 2


async def test_staff_let_the_volunteer_back_in_and_the_opt_outs_stay(cast: Cast) -> None:
    await texted(cast)
    [bo] = await others(cast, 1)
    await budget(cast, 1)
    await opt_out(bo, cast.amy)
    await opt_out(cast.lisa, cast.amy)
    await suspending.reinstate(await Membership.get(id=cast.amy.id).select_related("user", "campaign"), cast.gary)
    assert await bounds.paused(cast.meyer.id) == [] and await OptOut.filter(phone=bo.phone).exists()
    assert (await cast.conversation()).user_id == cast.amy.user_id
    await decides(cast, cast.gary, opts_out=True)
    assert await OptOut.filter(phone=cast.lisa.phone).exists()


@pytest.mark.both
@pytest.mark.parametrize("way", sorted(WAYS))
async def test_what_the_budget_held_back_only_staff_decide(cast: Cast, way: str) -> None:
    await texted(cast)
    await says(cast, "take me off your list" if way == "decision" else "Hello")
    await budget(cast, 0)
    await WAYS[way](cast)
    await says(cast, "I said take me off your list")
    await budget(cast, 100)
    for opts_out in (False, True):
        assert await decides(cast, cast.dan, opts_out) == "for_staff"
        lisa = await Contact.get(id=cast.lisa.id)
        assert lisa.possible_opt_out_at and not lisa.opted_out_at, "nothing is decided by another volunteer"
    assert await decides(cast, cast.gary, opts_out=False) == "no_opt_out"
    assert not (await Contact.get(id=cast.lisa.id)).possible_opt_out_at
    await says(cast, "take me off your list")
    assert await decides(cast, cast.dan, opts_out=False) == "no_opt_out", "of words they may judge"
