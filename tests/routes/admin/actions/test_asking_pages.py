"""Archiving, suspending, returning and reassigning ask first, with numbers, and can be undone (SPEC A9, S8, G2, P1)."""

from __future__ import annotations

import re

from tests.cast import Cast
from tests.cast.bulk import people
from tests.cast.site import OFFICE, Browser, audited, here
from tests.cast.texting import says, texted
from webapp.database import transaction
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import Action
from webapp.models.actions.script import Script
from webapp.models.conversations.buckets import Bucket
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import Message
from webapp.models.results import recount
from webapp.models.sending import click


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


async def test_archiving_an_action_asks_and_using_it_again_opens_it(cast: Cast, browse: Browser) -> None:
    """Amy has clicked Lisa's text; two more people wait."""
    await people(cast, 2)
    await cast.start(cast.amy)
    await cast.click(cast.amy)
    gary = await browse(cast.gary)
    asked = words((await gary.get(f"{here(cast)}/archive")).text)
    assert "3 people get no first text" in asked and "1 first text that waits to be sent is cancelled" in asked
    assert (await Action.get(id=cast.action.id)).archived_at is None, "a look changes nothing"
    assert f'href="{here(cast)}/archive"' in (await gary.get(f"{here(cast)}/results")).text
    await gary.post(f"{here(cast)}/archive")
    assert (await Message.get()).status == "cancelled"
    amy = await browse(cast.amy)
    assert (await amy.get(f"/c/meyer/actions/{cast.action.id}")).status_code == 404
    assert "Use it again" in (await gary.get(f"{here(cast)}/results")).text
    assert (await gary.post(f"{here(cast)}/archive/end")).status_code == 303
    assert (await Action.get(id=cast.action.id)).live and await audited("action.restored") == 1
    await cast.start(cast.amy)
    assert (await amy.get(f"/c/meyer/actions/{cast.action.id}/queue")).status_code == 200
    assert await recount.differences() == []


async def test_an_action_that_could_not_be_published_is_not_used_again(cast: Cast, browse: Browser) -> None:
    gary, selina = await browse(cast.gary), await browse(cast.selina)
    await gary.post(f"{here(cast)}/archive")
    await transaction(lambda: Script.filter(id=cast.hello.id).update(body="Hi ##{{first_name}}"))
    answer = await gary.post(f"{here(cast)}/archive/end", data={"reason": "because"})
    assert answer.status_code == 422 and "Not used again" in answer.text and "No way to opt out" in answer.text
    assert f'action="{here(cast)}/archive/end"' in answer.text and "Publish now" not in answer.text
    assert (await selina.post(f"{here(cast)}/archive/end", data={"reason": "Members"})).status_code == 303
    assert (await Action.get(id=cast.action.id)).live


async def test_returning_contacts_asks_and_undo_gives_back_who_is_still_free(cast: Cast, browse: Browser) -> None:
    await people(cast, 3)
    await cast.start(cast.amy)
    gary = await browse(cast.gary)
    asked = words((await gary.get(f"{here(cast)}/returns")).text)
    assert "4 people not texted yet become unassigned" in asked and "1 volunteer has them" in asked
    answer = await gary.post(f"{here(cast)}/returns")
    assert answer.headers["location"].endswith("?returned=4") and await held_by(cast.amy) == 0
    done = (await gary.get(answer.headers["location"])).text
    assert "4 people are unassigned again" in words(done) and f'action="{here(cast)}/returns/end"' in done
    await transaction(lambda: Conversation.filter(contact_id=cast.lisa.id).update(user_id=cast.dan.user_id))
    answer = await gary.post(f"{here(cast)}/returns/end")
    assert answer.headers["location"].endswith("?given=3") and await held_by(cast.amy) == 3
    assert "3 people are assigned as before" in words((await gary.get(answer.headers["location"])).text)
    mine = await Conversation.filter(user_id=cast.amy.user_id)
    assert {c.bucket_id for c in mine} == {(await Bucket.get(user_id=cast.amy.user_id)).id}


async def held_by(member: Membership) -> int:
    return await Conversation.filter(user_id=member.user_id).count()


async def test_suspending_asks_and_letting_back_in_gives_the_conversations_again(cast: Cast, browse: Browser) -> None:
    """Lisa answered Amy; one more person waits in Amy's hand."""
    await people(cast, 1)
    await texted(cast)
    await says(cast, "Yes")
    gary, path = await browse(cast.gary), f"{OFFICE}/users/{cast.amy.id}/suspension"
    asked = words((await gary.get(path)).text)
    assert "Suspend Amy Brookheimer?" in asked
    assert "1 person not texted yet becomes unassigned" in asked and "1 conversation goes to the admins" in asked
    assert f'href="{path}"' in (await gary.get(f"{OFFICE}/users")).text and await held_by(cast.amy) == 2
    await gary.post(path)
    assert await held_by(cast.amy) == 0 and (await cast.conversation()).with_staff
    await gary.post(f"{path}/end")
    assert (await cast.conversation()).user_id == cast.amy.user_id and await recount.differences() == []


async def test_people_whose_first_text_still_waits_become_unassigned_as_suspending_says(
    cast: Cast, browse: Browser
) -> None:
    """Amy clicked two first texts that wait; one more person is hers, and Lisa's conversation is under way."""
    more = await people(cast, 3)
    await texted(cast)
    await says(cast, "Yes")
    for contact in more[:2]:
        assert isinstance(await cast.click(cast.amy, contact), click.Queued)
    gary, path = await browse(cast.gary), f"{OFFICE}/users/{cast.amy.id}/suspension"
    asked = words((await gary.get(path)).text)
    assert "3 people not texted yet become unassigned" in asked and "1 conversation goes to the admins" in asked
    assert "2 texts that wait to be sent are cancelled" in asked
    await gary.post(path)
    assert await Conversation.filter(user_id=None, with_staff=False, texted_at=None).count() == 3
    assert await Conversation.filter(with_staff=True).count() == 1 and await recount.differences() == []


async def test_a_conversation_that_an_admin_took_over_stays_with_them(cast: Cast, browse: Browser) -> None:
    await texted(cast)
    gary, path = await browse(cast.gary), f"{OFFICE}/users/{cast.amy.id}/suspension"
    await gary.post(path)
    await transaction(lambda: Conversation.all().update(with_staff=False, user_id=cast.gary.user_id))
    await gary.post(f"{path}/end")
    assert (await cast.conversation()).user_id == cast.gary.user_id


async def test_an_owner_is_not_offered_for_suspension(cast: Cast, browse: Browser) -> None:
    path = f"{OFFICE}/users/{cast.selina.id}/suspension"
    page = (await (await browse(cast.gary)).get(path)).text
    assert "Only an owner can" in page and f'action="{path}"' not in page


async def test_assigning_says_how_many_people_and_texts_it_is_about(cast: Cast, browse: Browser) -> None:
    await people(cast, 2)
    await cast.start(cast.amy)
    await cast.click(cast.amy)
    gary = await browse(cast.gary)
    page = words((await gary.get(f"{OFFICE}/contacts/bulk/new?kind=assign&scope=all")).text)
    assert "2 people not texted yet and 1 conversation" in page and "1 text that waits is still sent" in page


async def test_archiving_a_script_asks_with_its_open_cards_and_waiting_texts(cast: Cast, browse: Browser) -> None:
    await people(cast, 2)
    await cast.start(cast.amy)
    await cast.click(cast.amy)
    gary = await browse(cast.gary)
    page = words((await gary.get(f"{here(cast)}/scripts")).text)
    assert "The open cards of 2 people change" in page and "1 text is still to go, with the old words" in page
    page = words((await gary.get(f"{here(cast)}/scripts/{cast.hello.id}/archive")).text)
    assert "only initial script" in page and "2 people assigned to volunteers wait" in page
    assert "1 text of it was clicked already" in page
