"""Work on many contacts: what each kind does, and what it notes (SPEC C5, G2)."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.cast.bulk import people, work
from webapp.database import transaction
from webapp.models.bulk import slices
from webapp.models.contacts.contact import ContactEvent
from webapp.models.contacts.labels import ContactTag, CustomField, FieldValue, Tag
from webapp.models.contacts.lists import ContactList
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import Message
from webapp.models.opt_outs.opt_out import FROM_ADMIN, OptOut
from webapp.models.reports import labelling
from webapp.models.results import recount
from webapp.models.sending.click import Queued
from webapp.rules.contacts.contact_filter import Filter


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
    assert failed.status == "failed" and "permanent" in failed.error_message
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


async def test_a_contact_of_another_campaign_is_never_touched(cast: Cast) -> None:
    tag = await Tag.get(campaign=cast.ryan, slug="will_vote")
    begun = await slices.begin(cast.ryan, cast.jonah.user, "tag", [cast.lisa.id], {"tag": tag.id})
    await slices.work(begun.id, 60)
    assert await ContactTag.all().count() == 0
