"""Which number a contact hears from: queues, limits of a day (SPEC S3)."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from tests.cast import Cast, send_card
from tests.cast.stand_ins.twilio import Quick
from tests.cast.texting import second_action
from webapp import clock, database
from webapp.database import transaction
from webapp.models.accounts.campaign import Campaign
from webapp.models.actions.action import Action
from webapp.models.assignments import start
from webapp.models.contacts.contact import Contact
from webapp.models.conversations.conversation import Conversation
from webapp.models.numbers import choice
from webapp.models.numbers.number import Changes, PhoneNumber, add_number, change_number
from webapp.models.sending import undo
from webapp.models.sending.click import Queued
from webapp.workers.sending import draining


async def test_one_click_a_second_counts_the_queues(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    counted, query, at = [], database.query, 100.0
    monkeypatch.setattr(clock, "steady", lambda: at)

    async def slow(sql: str, *values: Any) -> list[dict[str, Any]]:
        if "SUM(m.segments)" in sql:
            counted.append(values)
            await asyncio.sleep(0.01)
        return await query(sql, *values)

    monkeypatch.setattr(database, "query", slow)
    await choice.snapshot(cast.meyer)
    at = 101.5
    seen = await asyncio.gather(*(choice.snapshot(cast.meyer) for _ in range(10)))
    assert len(counted) == 2 and all(look.numbers == {cast.number.id: cast.number} for look in seen)
    await change_number(cast.number, retired_at=clock.now())
    assert (await choice.snapshot(cast.meyer)).numbers == {}, "a change made here is seen at once"


async def test_queues_that_take_long_to_count_are_counted_less_often(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted, query, at = [], database.query, 100.0
    monkeypatch.setattr(clock, "steady", lambda: at)

    async def half_a_second(sql: str, *values: Any) -> list[dict[str, Any]]:
        nonlocal at
        if "SUM(m.segments)" in sql:
            at += 0.5
            counted.append(at)
        return await query(sql, *values)

    monkeypatch.setattr(database, "query", half_a_second)
    for _ in range(10):
        await choice.snapshot(cast.meyer)
        at += 1
    assert counted == [100.5, 106.0], "five seconds after the first was there, not one"


async def test_a_number_takes_no_more_new_contacts_than_its_limit(cast: Cast) -> None:
    """S3: free means fewer new contacts today than the number's limit."""
    near = await add_number(cast.meyer, "+18145550199", "PN" + "b" * 32, rate=1e9, webhooks_ok=True)
    await transaction(lambda: PhoneNumber.filter(id=near.id).update(daily_limit=1))
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(preferred_area_codes="814"))
    others = [await cast.add_contact(f"+1412555020{n}", zip="15213") for n in range(3)]
    await cast.make()
    await cast.start(cast.amy)
    for contact in others:
        await cast.click(cast.amy, contact)
    assert await Contact.filter(number_id=near.id).count() <= 1


@pytest.mark.both
async def test_who_was_clicked_undone_and_clicked_again_counts_for_the_days_limit(cast: Cast) -> None:
    near = await add_number(cast.meyer, "+18145550199", "PN" + "b" * 32, rate=1e9, webhooks_ok=True)
    await transaction(lambda: PhoneNumber.filter(id=near.id).update(daily_limit=1))
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(preferred_area_codes="814", undo_seconds=5))
    others = [await cast.add_contact(f"+1412555020{n}", zip="15213") for n in range(3)]
    await cast.make()
    await cast.start(cast.amy)
    for contact in others:
        outcome = await cast.click(cast.amy, contact)
        assert isinstance(outcome, Queued)
        await undo.take_back(cast.amy, outcome.message.id)
        assert isinstance(await cast.click(cast.amy, contact), Queued)
        Changes.count += 1  # a second passes
    assert await Contact.filter(number_id=near.id).count() <= 1


async def test_a_number_s_new_contacts_are_those_new_to_it(cast: Cast) -> None:
    """They had heard from a number that was given back; in the next action they come to this one, all of them."""
    people = [await cast.add_contact(f"+1412555020{n}", zip="15213") for n in range(3)]
    await cast.make()
    await cast.start(cast.amy)
    quick = Quick()
    for person in people:
        await cast.click(cast.amy, person)
    await draining.drain({"twilio": quick}, cast.number.id)
    near = await add_number(cast.meyer, "+18145550199", "PN" + "b" * 32, rate=1e9, webhooks_ok=True)
    await add_number(cast.meyer, "+19145550199", "PN" + "c" * 32, rate=1e9, webhooks_ok=True)
    await change_number(near, daily_limit=1)
    await change_number(cast.number, retired_at=clock.now(), released_at=clock.now())
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(preferred_area_codes="814"))
    second = await transaction(lambda: second_action(cast))
    clock.freeze(clock.now() + timedelta(hours=22))
    action = await Action.get(id=second.id).select_related("campaign")
    await start.assign_bucket(action, cast.amy.user)
    for person in people:
        outcome = await send_card(cast.amy, await Conversation.get(action=second, contact=person))
        assert isinstance(outcome, Queued)
        Changes.count += 1  # a second passes
    assert await Contact.filter(number_id=near.id).count() <= 1
