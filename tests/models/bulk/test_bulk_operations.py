"""Work on many contacts: each deed, its audit of what changed, resuming, cancelling (SPEC C5, G2)."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.cast import Cast, opt_out_phone
from tests.models.receiving.test_applying import says, texted
from webapp import clock
from webapp.database import transaction
from webapp.models import long_work, tallies
from webapp.models.accounts import teams
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership, who_may_text
from webapp.models.actions.action import Action, ActionUser
from webapp.models.bulk import operations, slices
from webapp.models.bulk.job import BulkJob
from webapp.models.contacts.contact import Contact, ContactEvent
from webapp.models.contacts.labels import ContactTag, CustomField, FieldValue, Tag
from webapp.models.contacts.lists import ContactList
from webapp.models.conversations import start
from webapp.models.conversations.conversation import AssignmentEvent, Conversation
from webapp.models.conversations.message import Message
from webapp.models.opt_outs.opt_out import FROM_ADMIN, OptOut
from webapp.models.reports import labelling
from webapp.models.results import recount
from webapp.models.sending.click import Moved, Queued
from webapp.rules.contacts.contact_filter import Filter

EVERYONE = Filter()


async def work(cast: Cast, kind: str, what: dict[str, Any], which: Filter | list[int] = EVERYONE) -> BulkJob:
    begun = await slices.begin(cast.meyer, cast.gary.user, kind, which, what)
    while await slices.work(begun.id, 60):
        continue
    return await BulkJob.get(id=begun.id)


async def people(cast: Cast, number: int) -> list[Contact]:
    made = [await cast.add_contact(f"+1412555{1200 + n}", first_name=f"P{n}") for n in range(number)]
    await cast.make()
    return made


def assign(*members: Membership, action: int = 0, mode: str = "all") -> dict[str, Any]:
    return {"users": [m.user_id for m in members], "action": action, "mode": mode}


@pytest.mark.both
async def test_contacts_are_shared_out_evenly_and_each_is_somebody_s(cast: Cast) -> None:
    await people(cast, 20)  # and Lisa
    done = await work(cast, "assign", assign(cast.amy, cast.dan))
    assert (done.status, done.done, done.total) == ("done", 21, 21)
    held = Counter([c.user_id for c in await Conversation.all()])
    assert sorted(held.values()) == [10, 11] and set(held) == {cast.amy.user_id, cast.dan.user_id}
    assert Counter([c.keeper_id for c in await Contact.all()]) == held
    assert await recount.differences() == []
    assert (await tallies.of_user(cast.action.id, cast.amy.user_id))["remaining"] == held[cast.amy.user_id]
    assert await AssignmentEvent.filter(how="reassign", by_user_id=cast.gary.user_id).count() == 21


@pytest.mark.both
async def test_who_is_assigned_has_them_first_when_pressing_start(cast: Cast) -> None:
    [bo] = await people(cast, 1)
    await work(cast, "assign", assign(cast.dan), [bo.id])
    await transaction(lambda: Campaign.filter(id=cast.meyer.id).update(bucket_size=1))
    await cast.start(cast.dan)
    action = await Action.get(id=cast.action.id).select_related("campaign")
    first = await start.next_in_queue(action, cast.dan.user)
    assert first and first.contact_id == bo.id
    assert await ActionUser.exists(action=cast.action, user_id=cast.dan.user_id)


async def test_the_old_holder_s_card_can_not_be_sent_any_more(cast: Cast) -> None:
    await cast.start(cast.amy)
    await work(cast, "assign", assign(cast.dan))
    assert isinstance(await cast.click(cast.amy), Moved)
    assert await Message.all().count() == 0
    assert isinstance(await cast.click(cast.dan), Queued)


async def test_what_was_clicked_goes_out_in_the_clicker_s_name(cast: Cast) -> None:
    await cast.start(cast.amy)
    await cast.click(cast.amy)
    await work(cast, "assign", assign(cast.dan))
    assert (await Message.get()).user_id == cast.amy.user_id
    assert (await cast.conversation()).user_id == cast.dan.user_id
    assert await recount.differences() == []


@pytest.mark.parametrize(("mode", "moved"), [("all", {"Lisa", "P0"}), ("unsent", {"P0"}), ("attention", {"Lisa"})])
async def test_a_mode_moves_only_its_conversations(cast: Cast, mode: str, moved: set[str]) -> None:
    await texted(cast)
    await says(cast, "who is this")
    await people(cast, 1)
    await work(cast, "assign", assign(cast.dan, mode=mode))
    assert {
        c.contact.first_name for c in await Conversation.filter(user_id=cast.dan.user_id).select_related("contact")
    } == moved
    keeps = await Contact.filter(keeper_id=cast.dan.user_id).count()
    assert keeps == (2 if mode == "all" else 1), "whose conversation stays keeps its keeper"
    assert await recount.differences() == []


async def test_one_action_s_conversations_move_and_the_other_s_stay(cast: Cast) -> None:
    other = await transaction(
        lambda: Action.create(
            campaign=cast.meyer, title="O", state="public", published_at=clock.now(), created_at=clock.now()
        )
    )
    await transaction(
        lambda: Conversation.create(
            campaign=cast.meyer, action=other, contact=cast.lisa, script=cast.hello, created_at=clock.now()
        )
    )
    await work(cast, "assign", assign(cast.dan, action=other.id))
    assert (await cast.conversation()).user_id is None
    assert (await Conversation.get(action=other)).user_id == cast.dan.user_id


async def test_nobody_who_may_not_text_gets_any(cast: Cast) -> None:
    await transaction(lambda: Membership.filter(id=cast.dan.id).update(suspended_at=clock.now()))
    done = await work(cast, "assign", assign(cast.dan))
    assert done.status == "failed" and "may text any more" in done.error_message
    assert (await cast.conversation()).user_id is None
    assert await who_may_text(cast.meyer.id, [cast.dan.user_id, cast.jonah.user_id, cast.amy.user_id]) == [
        cast.amy.user_id
    ]


async def test_a_user_list_gives_its_members(cast: Cast) -> None:
    group = await teams.create_list("Texters", cast.gary)
    assert await teams.add_members(group, [cast.amy, cast.dan], cast.gary) == 2
    assert await teams.add_members(group, [cast.amy], cast.gary) == 0
    await teams.remove_member(group, cast.dan, cast.gary)
    assert [m.user_id for m in await group.members()] == [cast.amy.user_id]
    assert await teams.sizes([group.id]) == {group.id: 1}


@pytest.mark.both
async def test_a_tag_is_set_and_taken_with_who_and_when(cast: Cast) -> None:
    await people(cast, 3)
    tag = await Tag.get(campaign=cast.meyer, slug="will_vote")
    await labelling.set_tag(cast.lisa, tag, "admin", cast.amy.user)
    done = await work(cast, "tag", {"tag": tag.id})
    assert (done.done, done.changed) == (4, 3)
    assert await ContactTag.filter(tag=tag).count() == 4
    assert (await ContactTag.get(tag=tag, contact_id=cast.lisa.id)).user_id == cast.amy.user_id
    done = await work(cast, "untag", {"tag": tag.id}, [cast.lisa.id])
    assert done.changed == 1 and await ContactTag.filter(tag=tag).count() == 3
    said = [(e.what, e.detail, e.user_id) for e in await ContactEvent.filter(contact_id=cast.lisa.id).order_by("id")]
    assert said == [("tag_set", "Will Vote", cast.amy.user_id), ("tag_taken", "Will Vote", cast.gary.user_id)]


@pytest.mark.both
async def test_the_opt_out_tag_opts_out_in_bulk_too(cast: Cast) -> None:
    tag = await Tag.get(campaign=cast.meyer, slug="opt_out")
    await people(cast, 2)
    assert (await work(cast, "tag", {"tag": tag.id})).changed == 3
    assert {o.source for o in await OptOut.all()} == {FROM_ADMIN} and await OptOut.all().count() == 3
    failed = await work(cast, "untag", {"tag": tag.id})
    assert failed.status == "failed" and "for good" in failed.error_message
    assert await OptOut.all().count() == 3 and await recount.differences() == []


@pytest.mark.both
async def test_a_field_is_set_and_taken(cast: Cast) -> None:
    field = await CustomField.get(campaign=cast.meyer, slug="notes")
    await work(cast, "field", {"field": field.id, "value": "met at the fair"})
    assert (await FieldValue.get(contact_id=cast.lisa.id)).value == "met at the fair"
    await work(cast, "field", {"field": field.id, "value": ""})
    assert await FieldValue.all().count() == 0


@pytest.mark.both
async def test_people_come_onto_a_list_and_off_it_and_its_size_follows(cast: Cast) -> None:
    await people(cast, 5)
    made = await transaction(lambda: ContactList.make(cast.meyer, "New", "here"))
    assert (await work(cast, "list", {"list": made.id, "name": "New"})).changed == 6
    assert (await work(cast, "list", {"list": made.id, "name": "New"})).changed == 0
    assert (await work(cast, "unlist", {"list": made.id, "name": "New"}, Filter(list=made.id, q="p"))).changed == 5
    await made.refresh_from_db()
    assert made.size == 1


@pytest.mark.both
async def test_opting_many_out_cancels_what_waits(cast: Cast) -> None:
    await people(cast, 3)
    await cast.start(cast.amy)
    assert isinstance(await cast.click(cast.amy), Queued)
    await work(cast, "opt_out", {})
    assert (await Message.get()).status == "cancelled"
    assert await OptOut.all().count() == 4
    assert {c.closed_code for c in await Conversation.all()} == {1302}
    assert await recount.differences() == []


async def test_an_export_is_a_file_that_can_be_uploaded_again_and_holds_no_formula(cast: Cast) -> None:
    await people(cast, 3)
    await transaction(
        lambda: Contact.filter(id=cast.lisa.id).update(
            first_name='=HYPERLINK("http://evil")', last_name="+1", email="@x"
        )
    )
    tag = await Tag.get(campaign=cast.meyer, slug="will_vote")
    await labelling.set_tag(cast.lisa, tag, "admin", None)
    await labelling.set_field(cast.lisa.id, await CustomField.get(campaign=cast.meyer, slug="notes"), "-2+3", None)
    done = await work(cast, "export", {})
    rows = list(csv.DictReader(Path(done.path).read_text("utf-8-sig").splitlines()))
    assert rows[0]["phone"] == "+14125550101" and len(rows) == 4
    assert rows[0]["first_name"] == '\'=HYPERLINK("http://evil")' and rows[0]["last_name"] == "'+1"
    assert rows[0]["email"] == "'@x" and rows[0]["notes"] == "'-2+3" and rows[0]["tags"] == "Will Vote"


@pytest.mark.both
async def test_work_goes_on_where_a_worker_died_and_does_nobody_twice(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It dies after the file was written and before the slice was committed."""
    monkeypatch.setattr(long_work, "FIRST", 10)
    monkeypatch.setattr(long_work, "LARGEST", 10)
    await people(cast, 45)
    begun = await slices.begin(cast.meyer, cast.gary.user, "export", EVERYONE, {})
    do, calls = operations.apply, 0

    async def dies_at_the_third(*arguments: Any) -> int:
        nonlocal calls
        calls += 1
        changed = await do(*arguments)
        if calls == 3:
            raise RuntimeError("killed")
        return changed

    monkeypatch.setattr(operations, "apply", dies_at_the_third)
    with pytest.raises(RuntimeError):
        await slices.work(begun.id, 60)
    assert (await BulkJob.get(id=begun.id)).done == 20
    while await slices.work(begun.id, 60):
        continue
    done = await BulkJob.get(id=begun.id)
    lines = Path(done.path).read_text("utf-8-sig").splitlines()
    assert (done.status, done.done) == ("done", 46) and len(lines) == 47 == len(set(lines))


async def test_cancelled_work_says_how_far_it_came(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_work, "FIRST", 10)
    monkeypatch.setattr(long_work, "LARGEST", 10)
    await people(cast, 30)
    tag = await Tag.get(campaign=cast.meyer, slug="will_vote")
    begun = await slices.begin(cast.meyer, cast.gary.user, "tag", EVERYONE, {"tag": tag.id})
    do = operations.apply

    async def then_cancel(work: BulkJob, ids: list[int]) -> int:
        done = await do(work, ids)
        work.status = "cancelled"
        return done

    monkeypatch.setattr(operations, "apply", then_cancel)
    await slices.work(begun.id, 60)
    done = await BulkJob.get(id=begun.id)
    assert (done.status, done.done) == ("cancelled", 10) == ("cancelled", await ContactTag.filter(tag=tag).count())
    assert not await long_work.cancel(done)


async def test_people_who_come_later_are_not_meant(cast: Cast) -> None:
    tag = await Tag.get(campaign=cast.meyer, slug="will_vote")
    begun = await slices.begin(cast.meyer, cast.gary.user, "tag", EVERYONE, {"tag": tag.id})
    await people(cast, 2)
    await slices.work(begun.id, 60)
    assert [t.contact_id for t in await ContactTag.filter(tag=tag)] == [cast.lisa.id]


async def test_a_contact_of_another_campaign_is_never_touched(cast: Cast) -> None:
    tag = await Tag.get(campaign=cast.ryan, slug="will_vote")
    begun = await slices.begin(cast.ryan, cast.jonah.user, "tag", [cast.lisa.id], {"tag": tag.id})
    await slices.work(begun.id, 60)
    assert await ContactTag.all().count() == 0


async def test_work_nobody_works_on_is_found(cast: Cast) -> None:
    begun = await slices.begin(cast.meyer, cast.gary.user, "opt_out", EVERYONE, {})
    assert await long_work.abandoned(BulkJob) == []
    clock.freeze(clock.now() + long_work.GONE * 2)
    assert await long_work.abandoned(BulkJob) == [begun.id]
    await opt_out_phone(cast.meyer, cast.lisa.phone, FROM_ADMIN)
    await slices.work(begun.id, 60)
    assert await long_work.abandoned(BulkJob) == []
