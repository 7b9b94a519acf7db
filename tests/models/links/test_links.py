"""Custom links: one address a text, clicks told apart and counted (SPEC B1)."""

from __future__ import annotations

import asyncio
import uuid
from datetime import timedelta

import pytest

from tests.cast import HELLO, Cast, send_card, texts
from tests.cast.texting import says, texted
from webapp import clock, database
from webapp.database import transaction
from webapp.models import kept_counts
from webapp.models.actions.script import RESPONSE, Script
from webapp.models.conversations import making
from webapp.models.conversations.conversation import Conversation
from webapp.models.links import links
from webapp.models.links.links import CustomLink, LinkClick, TrackedLink
from webapp.models.results import recount
from webapp.models.scripts import rendering
from webapp.models.sending import first_text, undo
from webapp.models.sending.click import Changed, Queued

WITH_LINK = HELLO + " ##{{'plan'|trackable}}"
ELSEWHERE = "https://vote.example.org/plan"


async def linked(cast: Cast, slug: str = "plan") -> CustomLink:
    """Meyer's link, in the action's initial script."""
    made = await transaction(
        lambda: CustomLink.create(campaign=cast.meyer, slug=slug, title=slug, url=ELSEWHERE, created_at=clock.now())
    )
    await cast.hello.write("", WITH_LINK, None)
    return made


async def card(cast: Cast) -> rendering.Rendering:
    conversation = await cast.conversation()
    return await rendering.render(cast.meyer, cast.hello, cast.lisa, cast.amy.user, conversation.id)


@pytest.mark.both
async def test_the_token_is_made_with_the_first_card_and_stays(cast: Cast) -> None:
    await linked(cast)
    first, again = await card(cast), await card(cast)
    [tracked] = await TrackedLink.all()
    assert first == again and tracked.address in first.text and tracked.message_id is None
    assert tracked.address == f"http://texts.example/l/{tracked.token}" and len(tracked.token) == links.LENGTH


@pytest.mark.both
async def test_two_cards_rendered_at_once_have_the_same_token(cast: Cast) -> None:
    await linked(cast)
    found = await asyncio.gather(*(card(cast) for _ in range(8)))
    assert len({one.hash for one in found}) == 1 and await TrackedLink.all().count() == 1


async def test_the_click_of_send_joins_the_token_to_the_text_that_leaves(cast: Cast) -> None:
    await linked(cast)
    await cast.start(cast.amy)
    assert isinstance(await cast.click(cast.amy), Queued)
    [message], [tracked] = await texts(), await TrackedLink.all()
    assert tracked.message_id == message.id and tracked.address in message.body


async def test_after_undo_the_next_text_has_a_token_of_its_own(cast: Cast) -> None:
    await linked(cast)
    await cast.start(cast.amy)
    outcome = await cast.click(cast.amy)
    assert isinstance(outcome, Queued) and await undo.take_back(cast.amy, outcome.message.id)
    again = await cast.click(cast.amy)
    assert isinstance(again, Queued) and again.message.body != outcome.message.body
    assert [t.message_id for t in await TrackedLink.all().order_by("id")] == [outcome.message.id, again.message.id]


async def test_a_click_counts_for_the_text_it_came_with_whoever_sends_the_script_next(cast: Cast) -> None:
    """Amy sends a response with a link; Dan, who has the conversation later, sends it too and takes it back."""
    await linked(cast)
    await cast.thanks.write("Thanks", "See ##{{'plan'|trackable}}", None)
    await texted(cast)
    await says(cast, "hello")
    first = await cast.reply(cast.amy, script=cast.thanks)
    assert isinstance(first, Queued)
    talk = await cast.conversation()
    await transaction(lambda: Conversation.filter(id=talk.id).update(user_id=cast.dan.user_id))
    clock.freeze(clock.now() + timedelta(minutes=15))
    second = await cast.reply(cast.dan, script=cast.thanks)
    assert isinstance(second, Queued) and await undo.take_back(cast.dan, second.message.id)
    tracked = await links.of_token(first.message.body.rpartition("/")[2])
    assert tracked
    await links.clicked(tracked, links.PERSON, "a browser")
    assert [c.user_id for c in await LinkClick.all()] == [cast.amy.user_id]


async def test_a_script_edited_between_card_and_click_gets_a_new_card_with_a_new_token(cast: Cast) -> None:
    await linked(cast)
    await cast.start(cast.amy)
    conversation, seen = await cast.conversation(), await card(cast)
    await cast.hello.write("", WITH_LINK + " Thanks!", None)

    outcome = await first_text.send_first(cast.amy, conversation.id, uuid.uuid4(), seen.hash)
    assert isinstance(outcome, Changed) and await texts() == []
    outcome = await send_card(cast.amy, conversation)
    assert isinstance(outcome, Queued) and outcome.message.body.endswith("Thanks!")
    assert seen.text.split("/l/")[1][: links.LENGTH] not in outcome.message.body


@pytest.mark.both
async def test_a_person_s_click_counts_with_action_script_user_and_contact(cast: Cast) -> None:
    link = await linked(cast)
    await cast.start(cast.amy)
    await cast.click(cast.amy)
    [tracked], [message] = await TrackedLink.all(), await texts()
    for by in (links.PREVIEW, links.PERSON, links.PREVIEW, links.PERSON):
        await links.clicked(tracked, by, "a browser")
    found = await LinkClick.filter(by=links.PERSON)
    assert {(c.action_id, c.script_id, c.user_id, c.contact_id, c.message_id) for c in found} == {
        (cast.action.id, cast.hello.id, cast.amy.user_id, cast.lisa.id, message.id)
    }
    assert (await kept_counts.totals(cast.action.id))["link_clicks"] == 2
    assert (await kept_counts.of_user(cast.action.id, cast.amy.user_id))["link_clicks"] == 2
    assert await links.counted(cast.meyer) == {link.id: links.Clicks(clicks=2, people=1, previews=2)}
    assert await links.counted(cast.ryan) == {}
    assert await recount.differences() == []


async def test_what_nobody_was_sent_nobody_clicks(cast: Cast) -> None:
    await linked(cast)
    await card(cast)
    [tracked] = await TrackedLink.all()
    await links.clicked(tracked, links.PERSON, "a browser")
    assert await LinkClick.all().count() == 0 and await recount.differences() == []


async def test_every_person_and_every_script_has_an_address_of_its_own(cast: Cast) -> None:
    await linked(cast)
    dora = await cast.add_contact("+14125550102", first_name="Dora", zip="15213")
    await making.make_all(cast.action.id)
    more = await transaction(
        lambda: Script.create(
            action=cast.action, kind=RESPONSE, name="More", body="See ##{{'plan'|trackable}} ##{{‘PLAN’|trackable}}"
        )
    )
    found = []
    for contact in (cast.lisa, dora):
        talk = await cast.conversation(contact)
        found += [
            await rendering.render(cast.meyer, script, contact, cast.amy.user, talk.id) for script in (cast.hello, more)
        ]
    tokens = [{word.strip() for word in one.text.split() if "/l/" in word} for one in found]
    assert all(len(one) == 1 for one in tokens) and len(set.union(*tokens)) == 4


async def test_to_look_at_responses_stores_nothing_and_a_card_never_sent_is_forgotten(cast: Cast) -> None:
    await linked(cast)
    await rendering.preview_all(cast.meyer, [cast.hello], cast.lisa, cast.amy.user)
    assert await TrackedLink.all().count() == 0
    await card(cast)
    await links.forget_unsent()
    assert await TrackedLink.all().count() == 1
    clock.freeze(clock.now() + links.KEEP_UNSENT * 2)
    await links.forget_unsent()
    assert await TrackedLink.all().count() == 0


async def test_a_click_that_takes_the_token_while_it_is_looked_up_leaves_another(cast: Cast) -> None:
    await linked(cast)
    taken = "AFTER INSERT ON tracked_link WHEN (SELECT COUNT(*) FROM tracked_link) = 1"
    at_once = "BEGIN UPDATE tracked_link SET message_id = 1; END"
    await transaction(lambda: database.rows(f"CREATE TRIGGER taken {taken} {at_once}"))
    assert "/l/" in (await card(cast)).text and await TrackedLink.all().count() == 2


async def test_scripts_without_links_ask_for_none_and_store_nothing(cast: Cast) -> None:
    assert "/l/" not in (await card(cast)).text and await TrackedLink.all().count() == 0


async def test_a_link_of_another_campaign_fills_nothing(cast: Cast) -> None:
    await transaction(
        lambda: CustomLink.create(campaign=cast.ryan, slug="plan", title="x", url=ELSEWHERE, created_at=clock.now())
    )
    await cast.hello.write("", WITH_LINK, None)
    assert (await card(cast)).unfilled == ("'plan'|trackable",)
    assert "'plan'|trackable" not in await rendering.known_names(cast.meyer)
