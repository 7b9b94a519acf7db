"""Conversations are made while someone leaves the list, is tagged, opts out."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.cast.bulk import off_list
from tests.cast.database.moments import beside
from webapp.models.contacts.labels import ContactTag, Tag
from webapp.models.opt_outs.many import opt_out_many
from webapp.models.opt_outs.opt_out import FROM_ADMIN
from webapp.models.reports import editing


@pytest.mark.postgres
async def test_someone_who_leaves_the_list_while_conversations_are_made_is_not_handed_out(cast: Cast) -> None:
    bo = await cast.add_contact("+14125550102", first_name="Bo")
    await beside("conversation", "INSERT", cast.make(), off_list(cast, bo))
    await cast.start(cast.amy)
    assert (await cast.conversation(bo)).user_id is None


@pytest.mark.postgres
async def test_someone_tagged_while_conversations_are_made_is_left_out(cast: Cast) -> None:
    bo = await cast.add_contact("+14125550102", first_name="Bo")
    tag = await Tag.get(campaign=cast.meyer, name="Wrong Number")
    await cast.action.leave_out([], [tag], [])
    await beside("conversation", "INSERT", cast.make(), editing.edit(bo.id, {}, {}, cast.gary, [tag], [tag]))
    assert await ContactTag.exists(contact_id=bo.id, tag_id=tag.id)
    await cast.start(cast.amy)
    assert (await cast.conversation(bo)).user_id is None


@pytest.mark.postgres
async def test_someone_opted_out_while_conversations_are_made_gets_none_that_is_open(cast: Cast) -> None:
    bo = await cast.add_contact("+14125550102", first_name="Bo")
    stop = opt_out_many(cast.meyer, [bo.phone], FROM_ADMIN, cast.gary.user)
    await beside("conversation", "INSERT", cast.make(), stop)
    assert (await cast.conversation(bo)).closed_code == 1302
