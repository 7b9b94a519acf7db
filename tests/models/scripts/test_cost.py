"""A script over a whole list, person by person (SPEC A6)."""

from __future__ import annotations

import asyncio

import pytest

from tests.cast import Cast, opt_out_phone
from tests.cast.lists import list_many
from webapp import clock
from webapp.database import transaction
from webapp.models.actions.action import Action
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.contacts.lists import ContactList, ListMembership
from webapp.models.conversations.message import Message
from webapp.models.links import links
from webapp.models.links.links import CustomLink
from webapp.models.long_work import CANCELLED, DONE, RUNNING
from webapp.models.opt_outs.opt_out import FROM_ADMIN
from webapp.models.reports import labelling
from webapp.models.scripts import cost, people_in_order
from webapp.models.scripts.cost import ScriptCost
from webapp.models.sending import click
from webapp.rules import segments
from webapp.workers import scripts

PLAIN = "Hi ##{{first_name}}, will you vote?"


async def loaded(cast: Cast) -> Action:
    return await Action.get(id=cast.action.id).select_related("campaign")


async def measured(cast: Cast, body: str = PLAIN, picture: bool = False) -> ScriptCost:
    made, _ = await cost.begin(await loaded(cast), cast.gary.user, body, picture)
    while await cost.run(made.id, 60):
        continue
    return await ScriptCost.get(id=made.id)


@pytest.mark.both
async def test_everyone_is_counted_as_they_would_get_it(cast: Cast) -> None:
    long = await cast.add_contact("+14125550102", first_name="Bartholomew" * 9, zip="15213")
    accented = await cast.add_contact("+14125550103", first_name="Łucja", zip="15213")
    found = await measured(cast, PLAIN + " x" * 45)
    texts = [PLAIN.replace("##{{first_name}}", name) + " x" * 45 for name in ("Lisa", "Bartholomew" * 9, "Łucja")]
    counted = [segments.count(text) for text in texts]
    assert (found.status, found.people, found.segments) == (DONE, 3, sum(c.segments for c in counted))
    assert (found.longest, found.longest_id) == (max(c.segments for c in counted), long.id)
    assert (found.special, found.special_id, found.missing) == (1, accented.id, 0)
    assert found.price(cast.meyer) == found.segments * cast.meyer.segment_price


@pytest.mark.both
async def test_who_gets_no_text_is_counted_apart(cast: Cast) -> None:
    field = await CustomField.get(campaign=cast.meyer, slug="notes")
    dora = await cast.add_contact("+14125550102", first_name="Dora", zip="15213")
    await labelling.set_field(dora.id, field, "likes cats", None)
    found = await measured(cast, PLAIN + " ##{{custom_field_notes}}")
    assert (found.people, found.missing, found.missing_id) == (1, 1, cast.lisa.id)
    await transaction(lambda: CustomField.filter(id=field.id).update(default_value="nothing yet"))
    found = await measured(cast, PLAIN + " ##{{NOTES}}")
    assert (found.people, found.missing) == (2, 0)
    await labelling.set_field(dora.id, field, "x" * 200, None)
    found = await measured(cast, PLAIN + "  ##{{custom_field_notes}}")
    assert (found.people, found.segments, found.longest_id) == (2, 3, dora.id)
    await labelling.set_field(dora.id, field, "x" * 1_600, None)  # more than a text may have (1310)
    assert (await measured(cast, PLAIN + "   ##{{custom_field_notes}}")).missing == 1


@pytest.mark.both
async def test_who_may_not_be_texted_costs_nothing(cast: Cast) -> None:
    out = await cast.add_contact("+14125550102", zip="15213")
    tagged = await cast.add_contact("+14125550103", zip="15213")
    landline = await cast.add_contact("+14125550104", zip="15213")
    await opt_out_phone(cast.meyer, out.phone, FROM_ADMIN)
    tag = await Tag.get(campaign=cast.meyer, slug="will_vote")
    await labelling.set_tag(tagged, tag, "admin", None)
    await cast.action.leave_out([], [tag], [])
    await transaction(
        lambda: type(landline).filter(id=landline.id).update(landline_until=clock.now().replace(year=2027))
    )
    assert (await measured(cast)).people == 1


async def test_people_of_two_lists_are_counted_once(cast: Cast) -> None:
    dora = await cast.add_contact("+14125550102", zip="15213")
    other = await transaction(lambda: ContactList.create(campaign=cast.meyer, name="Others", created_at=clock.now()))
    await transaction(lambda: ListMembership.create(contact_list=other, contact=dora))
    await transaction(lambda: ListMembership.create(contact_list=other, contact=cast.lisa))
    await cast.action.use_lists([cast.voters, other])
    assert (await measured(cast)).people == 2


@pytest.mark.both
async def test_slices_add_up_whoever_works_on_them(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    await list_many(cast, 0, 60)
    monkeypatch.setattr(cost, "SLICE", 7)
    made, _ = await cost.begin(await loaded(cast), cast.gary.user, PLAIN, False)
    assert await cost.run(made.id, -1)  # no time left: a worker goes on
    await asyncio.gather(*(cost.run(made.id, 60) for _ in range(4)))
    while await cost.run(made.id, 60):
        continue
    found = await ScriptCost.get(id=made.id)
    assert (found.status, found.people, found.segments) == (DONE, 61, 61)


async def test_what_is_not_wanted_any_more_stops(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    await list_many(cast, 0, 30)
    monkeypatch.setattr(cost, "SLICE", 7)
    made, _ = await cost.begin(await loaded(cast), cast.gary.user, PLAIN, False, "12")
    other, _ = await cost.begin(await loaded(cast), cast.gary.user, PLAIN + "!", False, "12")
    assert await ScriptCost.get_or_none(id=made.id) is None
    assert await cost.run(made.id, 60) is False
    await transaction(lambda: ScriptCost.filter(id=other.id).update(status=CANCELLED))
    assert await cost.run(other.id, 60) is False
    assert (await ScriptCost.get(id=other.id)).people == 0


async def test_the_same_text_is_measured_once_until_it_may_have_changed(cast: Cast) -> None:
    first, again = await measured(cast), await measured(cast)
    assert first.id == again.id
    assert (await measured(cast, picture=True)).id != first.id
    await transaction(lambda: type(cast.meyer).filter(id=cast.meyer.id).update(name="Meyer for President"))
    assert (await measured(cast, PLAIN + " ##{{campaign.name}}")).people == 1
    clock.freeze(clock.now() + cost.FRESH)
    assert (await measured(cast)).id != first.id


async def test_other_lists_leave_outs_or_defaults_are_measured_anew(cast: Cast) -> None:
    """The cost before publishing is that of the people chosen now."""
    body = PLAIN + " ##{{notes}}"
    first = await measured(cast, body)
    tag, field = (
        await Tag.get(campaign=cast.meyer, slug="will_vote"),
        await CustomField.get(campaign=cast.meyer, slug="notes"),
    )
    await transaction(lambda: CustomField.filter(id=field.id).update(default_value="x"))
    second = await measured(cast, body)
    await cast.action.leave_out([], [tag], [])
    third = await measured(cast, body)
    await cast.action.use_lists([])
    fourth = await measured(cast, body)
    assert len({first.id, second.id, third.id, fourth.id}) == 4
    assert (first.missing, second.people, third.people, fourth.people) == (1, 1, 1, 0)


async def test_a_field_is_known_by_either_spelling_however_it_is_stored(cast: Cast) -> None:
    field = await transaction(lambda: CustomField.create(campaign=cast.meyer, title="Age", slug="custom_field_age"))
    await labelling.set_field(cast.lisa.id, field, "44", None)
    for name in ("age", "custom_field_age"):
        assert (await measured(cast, f"{PLAIN} ##{{{{{name}}}}}")).people == 1


async def test_a_worker_goes_on_with_it_and_gives_up_after_some_stumbles(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    await list_many(cast, 0, 30)
    monkeypatch.setattr(cost, "SLICE", 7)
    made, new = await cost.begin(await loaded(cast), cast.gary.user, PLAIN, False)
    assert new and (await cost.begin(await loaded(cast), cast.gary.user, PLAIN, False)) == (made, False)
    monkeypatch.setattr(scripts, "WORK", -1.0)
    for _ in range(9):
        await scripts.run_cost({}, made.id)
    found = await ScriptCost.get(id=made.id)
    assert found.status in ("waiting", RUNNING)

    async def breaks(*_: object) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(people_in_order, "window", breaks)
    monkeypatch.setattr(scripts, "WORK", 5.0)
    for _ in range(5):
        await scripts.run_cost({}, made.id)
    found = await ScriptCost.get(id=made.id)
    assert found.status == "failed" and "A fault of the site" in found.error_message
    await scripts.run_cost({}, 999)  # one that is gone


async def test_measures_of_yesterday_are_forgotten(cast: Cast) -> None:
    await measured(cast)
    clock.freeze(clock.now() + cost.KEEP * 2)
    await scripts.forget_unused({})
    assert await ScriptCost.all().count() == 0


async def test_a_list_of_nobody_is_done_at_once(cast: Cast) -> None:
    await cast.action.use_lists([])
    found = await measured(cast)
    assert (found.status, found.people, found.longest_id) == (DONE, 0, None)


async def test_what_is_measured_is_what_the_texts_have(cast: Cast) -> None:
    """The same count as that of the rows that leave, link and all."""
    await transaction(
        lambda: CustomLink.create(
            campaign=cast.meyer, slug="plan", title="Plan", url="https://a.example/", created_at=clock.now()
        )
    )
    body = cast.hello.body + " ##{{'plan'|trackable}} – ¡vota! 🙂 " + "x" * 80
    await cast.hello.write("", body, None)
    found, _ = await cost.begin(await loaded(cast), cast.amy.user, body, False)
    await cost.run(found.id, 60)
    await cast.start(cast.amy)
    outcome = await cast.click(cast.amy)
    assert isinstance(outcome, click.Queued)
    [message] = await Message.all()
    assert (await ScriptCost.get(id=found.id)).segments == message.segments > 2
    assert links.SAMPLE not in message.body


async def test_with_a_picture_everybody_gets_one_mms(cast: Cast) -> None:
    found = await measured(cast, PLAIN + " é" * 200, picture=True)
    assert (found.segments, found.price(cast.meyer)) == (1, cast.meyer.mms_price)


async def test_neighbours_go_round_the_list(cast: Cast) -> None:
    dora = await cast.add_contact("+14125550102", zip="15213")
    await cast.add_contact("+14125550103", zip="15213")
    await opt_out_phone(cast.meyer, "+14125550103", FROM_ADMIN)
    action = await loaded(cast)

    async def step(contact_id: int, backwards: bool = False) -> int | None:
        found = await people_in_order.neighbour(action, contact_id, backwards)
        return found.id if found else None

    assert [await step(0), await step(cast.lisa.id), await step(dora.id)] == [cast.lisa.id, dora.id, cast.lisa.id]
    assert [await step(cast.lisa.id, True), await step(dora.id, True)] == [dora.id, cast.lisa.id]
    await cast.action.use_lists([])
    assert await step(0) is None


async def test_a_measure_that_waits_is_running_for_whoever_looks(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    await list_many(cast, 0, 30)
    monkeypatch.setattr(cost, "SLICE", 7)
    steady = iter([0.0, 0.0, 5.0])
    monkeypatch.setattr(clock, "steady", lambda: next(steady))
    made, _ = await cost.begin(await loaded(cast), cast.gary.user, PLAIN, False)
    assert await cost.run(made.id, 1)
    found = await ScriptCost.get(id=made.id)
    assert (found.status, found.people, found.over) == (RUNNING, 7, False)
