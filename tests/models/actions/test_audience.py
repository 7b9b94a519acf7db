"""The people in an action: live, whatever changes (SPEC A1)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.cast import Cast, opt_out_phone
from tests.cast.bulk import on, work
from tests.cast.database.moments import beside
from tests.cast.lists import import_file, write
from tests.cast.texting import next_in_queue
from webapp import clock
from webapp.database import transaction
from webapp.models import kept_counts
from webapp.models.actions import audience
from webapp.models.actions.action import DRAFT, PUBLIC, Action
from webapp.models.assignments import start
from webapp.models.bulk.job import LIST, UNTAG
from webapp.models.contacts import many_at_once
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.contacts.lists import ContactList, ListMembership
from webapp.models.conversations.conversation import Conversation
from webapp.models.opt_outs.opt_out import FROM_ADMIN
from webapp.models.reports import editing, labelling
from webapp.models.results import recount
from webapp.models.sending.click import Queued
from webapp.rules import errors


async def closed(cast: Cast) -> dict[str, int | None]:
    rows = await Conversation.filter(action=cast.action).select_related("contact")
    return {row.contact.first_name: row.closed_code for row in rows}


async def leave_out(cast: Cast, **what: list) -> None:
    await cast.action.leave_out(what.get("lists", []), what.get("tags", []), what.get("values", []))
    await audience.changed(cast.action.id)


async def action_of(cast: Cast) -> Action:
    return await Action.get(id=cast.action.id).select_related("campaign")


async def voted(cast: Cast) -> ContactList:
    return await transaction(lambda: ContactList.make(cast.meyer, "Voted", ""))


@pytest.mark.both
async def test_people_to_text_are_those_who_will_be_texted(cast: Cast) -> None:
    """Without who is left out, opted out, blocked or on a landline; once published, what Results call remaining."""
    people = [await cast.add_contact(f"+1412555{3000 + n}", first_name=f"Person {n}", zip="15213") for n in range(6)]
    gone = await voted(cast)

    async def bar() -> None:
        await Contact.filter(id=people[0].id).update(blocked_at=clock.now())
        await Contact.filter(id=people[1].id).update(landline_until=clock.now() + timedelta(days=9))
        await Contact.filter(id=people[2].id).update(landline_until=clock.now() - timedelta(days=9))
        await ListMembership.create(contact_list=gone, contact=people[3])
        await ListMembership.create(contact_list=gone, contact=people[1])
        await cast.action.leave_out([gone], [], [])
        await Action.filter(id=cast.action.id).update(state=DRAFT)

    await opt_out_phone(cast.meyer, people[4].phone, FROM_ADMIN)
    await transaction(bar)
    asked = await audience.numbers(await action_of(cast))
    assert asked == audience.Numbers(to_text=3, left_out=2, barred=2)  # Lisa, the third and the last
    await transaction(lambda: Action.filter(id=cast.action.id).update(state=PUBLIC))
    await cast.make()
    assert (await audience.numbers(await action_of(cast))).to_text == 3
    await cast.start(cast.amy)
    await cast.click(cast.amy)
    assert (await audience.numbers(await action_of(cast))).to_text == 2


@pytest.mark.both
async def test_who_comes_onto_a_list_that_is_left_out_is_out_at_once_and_back_when_off_it(cast: Cast) -> None:
    row = await voted(cast)
    await leave_out(cast, lists=[row])
    assert await closed(cast) == {"Lisa": None}
    await transaction(lambda: many_at_once.add_to_list(row.id, [cast.lisa.id]))
    await audience.sync_conversations([cast.lisa.id])
    assert await closed(cast) == {"Lisa": errors.NOT_LISTED}
    assert (await kept_counts.totals(cast.action.id))["remaining"] == 0
    await leave_out(cast)
    assert await closed(cast) == {"Lisa": None} and await recount.differences() == []


@pytest.mark.both
async def test_a_tag_set_by_a_volunteer_leaves_out_at_once(cast: Cast) -> None:
    tag = await Tag.get(campaign=cast.meyer, slug="will_vote")
    await leave_out(cast, tags=[tag])
    await labelling.set_tag(cast.lisa, tag, "admin", cast.amy.user)
    assert await closed(cast) == {"Lisa": errors.NOT_LISTED}
    await labelling.take_tag(cast.lisa, tag, cast.amy.user)
    assert await closed(cast) == {"Lisa": None}


@pytest.mark.both
async def test_a_value_leaves_out_whatever_its_case(cast: Cast) -> None:
    field = await CustomField.get(campaign=cast.meyer, slug="support_rating")
    await leave_out(cast, values=[(field, "against")])
    await labelling.set_field(cast.lisa.id, field, "Against", None)
    assert await closed(cast) == {"Lisa": errors.NOT_LISTED}
    await labelling.set_field(cast.lisa.id, field, "Neutral", None)
    assert await closed(cast) == {"Lisa": None}


@pytest.mark.both
async def test_the_nightly_file_of_people_who_voted_is_one_upload(cast: Cast, tmp_path: Path) -> None:
    await cast.add_contact("+14125550102", first_name="Bo")
    await cast.make()
    row = await voted(cast)
    await leave_out(cast, lists=[row])
    await cast.start(cast.amy)
    await import_file(cast, write(tmp_path, "phone\n4125550102\n4125550199\n"), "Voted")
    assert await closed(cast) == {"Lisa": None, "Bo": errors.NOT_LISTED}
    first = await next_in_queue(await action_of(cast), cast.amy.user)
    assert first and first.contact_id == cast.lisa.id and await recount.differences() == []


async def test_a_card_that_was_clicked_leaves_and_one_that_was_not_is_gone(cast: Cast) -> None:
    await cast.start(cast.amy)
    assert isinstance(await cast.click(cast.amy), Queued)
    await leave_out(cast, lists=[cast.voters])
    assert await closed(cast) == {"Lisa": None}, "what is clicked leaves"


@pytest.mark.both
async def test_a_start_takes_nobody_who_left_and_stops_looking_after_a_while(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audience, "SLICE", 1)
    monkeypatch.setattr(start, "LOOKED_AT", 1)
    monkeypatch.setattr(start, "PASSES", 2)
    people = [await cast.add_contact(f"+1412555{1200 + n}", first_name=f"P{n}") for n in range(4)]
    await cast.make()
    row = await voted(cast)
    await transaction(lambda: many_at_once.add_to_list(row.id, [cast.lisa.id, *(c.id for c in people[:3])]))
    await leave_out(cast, lists=[row])
    assert await start.assign_bucket(await action_of(cast), cast.dan.user) is None, (
        "not without end, and nobody who left"
    )
    bucket = await start.assign_bucket(await action_of(cast), cast.dan.user)
    held = await Conversation.filter(user_id=cast.dan.user_id).values_list("contact_id", flat=True)
    assert bucket and held == [people[3].id] and await recount.differences() == []


@pytest.mark.both
async def test_until_the_job_is_through_start_and_card_look_for_themselves(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audience, "SLICE", 1)
    people = [await cast.add_contact(f"+1412555{1200 + n}", first_name=f"P{n}") for n in range(4)]
    await cast.make()
    await cast.start(cast.dan)  # he holds everyone
    row = await voted(cast)
    await transaction(lambda: many_at_once.add_to_list(row.id, [cast.lisa.id, *(c.id for c in people[:3])]))
    await leave_out(cast, lists=[row])
    assert (await action_of(cast)).audience_cursor is not None, "a job has the rest to do"
    left = await next_in_queue(await action_of(cast), cast.dan.user)
    assert left and left.contact_id == people[3].id
    monkeypatch.setattr(start, "LOOKED_AT", 2)  # so that Dan's Start looks three times
    assert await start.assign_bucket(await action_of(cast), cast.dan.user), "he holds one who is still in it"
    while await audience.sync_slice(cast.action.id):
        continue
    assert (await action_of(cast)).audience_cursor is None and await audience.unfinished() == []
    assert await recount.differences() == []


@pytest.mark.both
async def test_start_hands_out_nobody_who_was_left_out_meanwhile(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audience, "SLICE", 1)
    people = [await cast.add_contact(f"+1412555{1200 + n}", first_name=f"P{n}") for n in range(4)]
    await cast.make()
    row = await voted(cast)
    await transaction(lambda: many_at_once.add_to_list(row.id, [cast.lisa.id, *(c.id for c in people[:3])]))
    await leave_out(cast, lists=[row])
    action = await action_of(cast)
    action.campaign.bucket_size = 2
    assert await start.assign_bucket(action, cast.amy.user)
    first = await next_in_queue(await action_of(cast), cast.amy.user)
    assert first and first.contact_id == people[3].id
    assert await recount.differences() == []


async def test_left_out_people_get_no_conversation(cast: Cast) -> None:
    row = await voted(cast)
    await leave_out(cast, lists=[row])
    bo = await cast.add_contact("+14125550102", first_name="Bo")
    await transaction(lambda: many_at_once.add_to_list(row.id, [bo.id]))
    await cast.make()
    assert not await Conversation.exists(contact=bo)


@pytest.mark.both
async def test_it_is_counted_who_is_texted_and_who_left_out(cast: Cast) -> None:
    tag, field = (
        await Tag.get(campaign=cast.meyer, slug="will_vote"),
        await CustomField.get(campaign=cast.meyer, slug="notes"),
    )
    people: list[Contact] = [await cast.add_contact(f"+1412555{1200 + n}", first_name=f"P{n}") for n in range(4)]
    await labelling.set_tag(people[0], tag, "admin", None)
    await labelling.set_field(people[1].id, field, "No", None)
    row = await voted(cast)
    await transaction(lambda: many_at_once.add_to_list(row.id, [people[0].id, people[2].id]))
    assert await audience.counted([cast.voters.id], [], [], []) == (5, 0)
    assert await audience.counted([cast.voters.id], [row.id], [tag.id], [(field.id, "no")]) == (5, 3)
    assert await audience.counted([], [row.id], [], []) == (0, 0)


@pytest.mark.postgres
async def test_a_tag_is_taken_while_the_person_comes_onto_a_list_that_is_left_out(cast: Cast) -> None:
    """Each of the two changes, alone, would leave her out of the action."""
    tag = await Tag.get(campaign=cast.meyer, name="Wrong Number")
    out = await transaction(lambda: ContactList.create(campaign=cast.meyer, name="Out", created_at=clock.now()))
    await transaction(lambda: cast.action.leave_out([out], [tag], []))
    await editing.edit(cast.lisa.id, {}, {}, cast.gary, [tag], [tag])
    assert (await cast.conversation()).closed_code
    await beside(
        "conversation",
        "UPDATE",
        work(cast, UNTAG, {"tag": tag.id}, [cast.lisa.id]),
        work(cast, LIST, on(out), [cast.lisa.id]),
    )
    assert await ListMembership.exists(contact_list=out, contact=cast.lisa)
    assert (await cast.conversation()).closed_code is not None
