"""Nobody outside an action's limits is given its contacts, by hand or by a later action (SPEC A9, A10, G2)."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.cast.bulk import assign, people, work
from tests.cast.site import Browser
from webapp.database import transaction, transactional
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import Action
from webapp.models.actions.limits import ActionLimit
from webapp.models.contacts.contact import Contact
from webapp.models.conversations import making
from webapp.models.conversations.conversation import Conversation

pytestmark = pytest.mark.both


@transactional
async def limit(cast: Cast, *outside: Membership) -> None:
    """The cast's action to Pennsylvania, where these members are not."""
    await ActionLimit.create(action=cast.action, kind="state", value="PA")
    await Action.filter(id=cast.action.id).update(limited_by_place=True)
    await Membership.filter(id__in=[one.id for one in outside]).update(zip="10001", state="NY")


async def holders(cast: Cast) -> set[int | None]:
    return {row.user_id for row in await Conversation.filter(action=cast.action)}


async def test_contacts_go_to_those_of_a_list_who_are_within_the_limits(cast: Cast) -> None:
    await people(cast, 5)
    await limit(cast, cast.dan)
    done = await work(cast, "assign", assign(cast.amy, cast.dan))
    assert done.changed == 6 and await holders(cast) == {cast.amy.user_id}
    assert done.what["outside"] == [["Make a plan to vote", "Dan Egan"]] and done.what["left_out"] == 0


async def test_where_nobody_chosen_is_within_the_limits_contacts_stay_where_they_are(cast: Cast) -> None:
    await people(cast, 2)
    await limit(cast, cast.dan)
    done = await work(cast, "assign", assign(cast.dan, action=cast.action.id))
    assert (done.done, done.changed, done.what["left_out"]) == (3, 0, 3) and await holders(cast) == {None}


async def test_a_keeper_outside_the_limits_gets_no_conversation_of_a_later_action(cast: Cast) -> None:
    await limit(cast, cast.dan)
    await transaction(lambda: Conversation.filter(action=cast.action).delete())
    await transaction(lambda: Contact.filter(id=cast.lisa.id).update(keeper_id=cast.dan.user_id))
    await making.make_all(cast.action.id)
    assert await holders(cast) == {None}


async def test_the_pages_say_who_was_left_out_and_why(cast: Cast, browse: Browser) -> None:
    await limit(cast, cast.dan)
    gary, page = await browse(cast.gary), f"/c/meyer/admin/contacts/{cast.lisa.id}"
    refused = await gary.post(page + "/assignment", data={"to": f"user:{cast.dan.user_id}"})
    assert refused.status_code == 422 and "Dan Egan is outside the limits of" in refused.text
    assert "Nothing was moved." in refused.text and await holders(cast) == {None}
    done = await work(cast, "assign", assign(cast.dan))
    told = (await gary.get(f"/c/meyer/admin/bulk/{done.id}")).text
    assert "so they got none of its contacts: Dan Egan." in told and "1 contact stayed where it was" in told
