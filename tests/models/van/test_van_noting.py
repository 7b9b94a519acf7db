"""Every change of a mapped tag, answer or opt-out is noted as a fact in its own transaction (SPEC B3)."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable

import pytest

from tests.cast import Cast, opt_out_phone
from tests.cast.van import LISA, fact, maps, maps_all, rating_of, tag_of, wait
from webapp.database import transaction
from webapp.models.contacts import many_at_once
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import ContactTag, FieldValue
from webapp.models.opt_outs.many import opt_out_many
from webapp.models.reports import editing, labelling
from webapp.models.van import mapping
from webapp.models.van.fact import DOUBT, NO_ID, REFUSED, SENDING, SENT, WAITING, VanFact, VanPerson
from webapp.models.van.kept import VanKept

pytestmark = pytest.mark.both


async def test_whoever_changes_a_label_a_fact_is_noted(cast: Cast) -> None:
    """A hundred random changes by every way there is: each fact says what is so now."""
    await maps_all(cast)
    tag, rating, dice = await tag_of(cast), await rating_of(cast), random.Random(7)
    people = [cast.lisa, await cast.add_contact("+14125550111"), await cast.add_contact("+14125550112")]
    ids = [one.id for one in people]

    async def by_report(on: bool, value: str) -> None:
        person = await Contact.locked(dice.choice(ids))
        await (labelling.set_tag(person, tag, "volunteer", None) if on else labelling.take_tag(person, tag, None))
        await labelling.set_field(person.id, rating, value, None)

    async def by_many(on: bool, value: str) -> None:
        some = dice.sample(ids, 2)
        if on:
            await many_at_once.add_tags([{"contact_id": n, "tag_id": tag.id} for n in some], None)
            rows = [{"contact_id": n, "field_id": rating.id, "value": value or "Neutral"} for n in some]
            await many_at_once.set_values(rows, None)
        else:
            await many_at_once.remove_tag(some, tag.id)
            await many_at_once.clear_value(some, rating.id)

    async def by_undo(on: bool, value: str) -> None:
        await ContactTag.filter(contact_id=dice.choice(ids), tag=tag).delete()
        await FieldValue.filter(contact_id=dice.choice(ids), field=rating).update(value=value or "Against")

    ways: list[Callable[[bool, str], Awaitable[None]]] = [by_report, by_many, by_undo]
    for _ in range(100):
        way, on, value = dice.choice(ways), dice.random() < 0.6, dice.choice(["", "Supporter", "Strong Supporter"])
        await transaction(lambda way=way, on=on, value=value: way(on, value))  # type: ignore[misc]
    for n in ids:
        tagged = await ContactTag.exists(contact_id=n, tag=tag)
        row = await FieldValue.get_or_none(contact_id=n, field=rating)
        assert (await fact(contact_id=n, kind="tag")).value == ("x" if tagged else "")
        assert (await fact(contact_id=n, kind="field")).value == (row.value if row else "")


async def test_opt_outs_one_by_one_or_many_at_once_are_noted(cast: Cast) -> None:
    await maps(cast, mapping.OPT_OUT, "result:130")
    second = await cast.add_contact("+14125550111")
    await opt_out_phone(cast.meyer, cast.lisa.phone, "admin", cast.gary.user)
    await opt_out_many(cast.meyer, [second.phone, "+14125550119"], "import", None)
    assert {one.contact_id for one in await VanFact.filter(kind="opt_out")} == {cast.lisa.id, second.id}


async def test_what_leads_to_no_code_of_this_campaign_is_not_noted(cast: Cast) -> None:
    tag = await tag_of(cast)
    await transaction(
        lambda: mapping.VanMapping.create(campaign_id=cast.ryan.id, kind="tag", subject_id=tag.id, target="result:1")
    )
    await labelling.set_tag(cast.lisa, tag, "volunteer", cast.amy.user)
    assert await VanFact.all().count() == 0


async def test_a_change_that_is_rolled_back_leaves_no_fact(cast: Cast) -> None:
    await maps_all(cast)
    tag = await tag_of(cast)

    async def fails() -> None:
        await labelling.set_tag(cast.lisa, tag, "volunteer", cast.amy.user)
        raise KeyError

    with pytest.raises(KeyError):
        await transaction(fails)
    assert await VanFact.all().count() == 0


@pytest.mark.parametrize(
    ("before", "after"), [(SENT, WAITING), (REFUSED, WAITING), (DOUBT, WAITING), (SENDING, SENDING)]
)
async def test_a_change_waits_again_but_for_one_that_is_under_way(cast: Cast, before: str, after: str) -> None:
    await maps_all(cast)
    tag = await tag_of(cast)
    await labelling.set_tag(cast.lisa, tag, "volunteer", cast.amy.user)
    await transaction(lambda: VanFact.all().update(state=before, due_at=cast.lisa.created_at))
    await labelling.take_tag(cast.lisa, tag, cast.amy.user)
    row = await fact()
    assert row.state == after and row.version == 2 and row.due_at is None


async def test_a_van_id_wakes_what_waited_for_one_and_no_other(cast: Cast) -> None:
    await maps_all(cast)
    await labelling.set_tag(cast.lisa, await tag_of(cast), "volunteer", cast.amy.user)
    for state, after in ((NO_ID, WAITING), (REFUSED, WAITING), (SENT, SENT)):
        await transaction(lambda state=state: VanFact.all().update(state=state))  # type: ignore[misc]
        await transaction(lambda: Contact.filter(id=cast.lisa.id).update(van_id=""))
        await transaction(lambda: Contact.filter(id=cast.lisa.id).update(van_id=str(LISA)))
        assert (await fact()).state == after


async def test_erasing_a_person_leaves_no_answer_of_theirs_on_the_way(cast: Cast) -> None:
    await maps_all(cast)
    await labelling.set_field(cast.lisa.id, await rating_of(cast), "Supporter", None)
    wait(1)
    await transaction(lambda: VanPerson.create(contact_id=cast.lisa.id, van_id="101", phone=cast.lisa.phone))
    row = await fact(kind="field")
    await transaction(lambda: VanKept.create(fact_id=row.id, contact_id=cast.lisa.id, van=1, van_id="5", there="x"))
    await editing.erase(cast.lisa.id, cast.gary)
    assert (await fact(kind="field")).value == ""
    assert not await VanKept.exists() and not await VanPerson.exists(contact_id=cast.lisa.id), (
        "nor what VAN told of them"
    )
