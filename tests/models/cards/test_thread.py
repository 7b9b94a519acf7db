"""A thread read in a few statements is the one that the ORM sees (SPEC V6)."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.cast.texting import says, texted
from webapp import clock
from webapp.database import transaction
from webapp.models.accounts.users import User
from webapp.models.actions.report_settings import ReportTag
from webapp.models.cards import thread
from webapp.models.contacts.labels import ContactTag, Tag
from webapp.models.conversations import inbox
from webapp.models.conversations.message import Message
from webapp.models.receiving.media import Media
from webapp.models.reports import filing

pytestmark = pytest.mark.both


async def test_the_conversation_comes_with_all_that_belongs_to_it(cast: Cast) -> None:
    await texted(cast)
    talk = await thread.conversation(cast.meyer.id, (await cast.conversation()).id)
    assert talk and talk == await cast.conversation()
    assert talk.contact == cast.lisa and talk.campaign == cast.meyer and talk.script == cast.hello
    assert talk.action == cast.action and talk.action.campaign == talk.contact.campaign == cast.meyer
    assert await thread.conversation(cast.ryan.id, talk.id) is None


async def test_the_texts_come_oldest_first_with_who_wrote_them_and_their_files(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "A picture", NumMedia="1", MediaUrl0="https://api.twilio.com/1", MediaContentType0="image/png")
    await says(cast, "And words")
    texts = await thread.history(cast.lisa.id)
    assert texts == await Message.filter(contact_id=cast.lisa.id).order_by("id") and len(texts) == 3
    assert (
        texts[0].user == await User.get(id=cast.amy.user_id)
        and texts[0].body == (await Message.get(id=texts[0].id)).body
    )
    files = list(texts[1].media)  # type: ignore[attr-defined]
    assert files == await Media.filter(message_id=texts[1].id) and len(files) == 1
    await transaction(lambda: Message.filter(id=texts[0].id).update(status="cancelled"))
    assert await thread.history(cast.lisa.id) == texts[1:]


@pytest.mark.parametrize("chosen", [False, True])
async def test_the_tags_are_those_of_the_contact_and_those_of_the_report(cast: Cast, chosen: bool) -> None:
    await texted(cast)
    talk = await cast.conversation()
    every = await Tag.filter(campaign_id=cast.meyer.id)

    async def label() -> None:
        await ContactTag.create(contact_id=cast.lisa.id, tag=every[1], at=clock.now())
        every[1].archived_at, every[2].reportable = clock.now(), False
        for tag in every:
            await tag.save()
        for tag in every[1:3] if chosen else []:
            await ReportTag.create(action=cast.action, tag=tag)

    await transaction(label)
    had, asked = await thread.tags(talk)
    assert had == [every[1]]
    assert asked == (await filing.questions(cast.action)).tags == ([every[2]] if chosen else [every[0], *every[3:]])


async def test_the_lines_of_the_inbox_say_what_the_rows_say(cast: Cast) -> None:
    await texted(cast)
    await says(cast, "First")
    await says(cast, "Where do I vote?")
    tags = await Tag.filter(campaign_id=cast.meyer.id)

    async def label() -> None:
        for tag in reversed(tags[:3]):
            await ContactTag.create(contact_id=cast.lisa.id, tag=tag, at=clock.now())

    await transaction(label)
    [line] = await inbox.threads(inbox.of(cast.amy), "all")
    assert line.excerpt == "Where do I vote?" and line.tags == [tag.name for tag in tags[:3]]
    assert line.conversation == await cast.conversation() and line.conversation.user == cast.amy.user
    waiting = await inbox.waiting(cast.amy)
    talk = await cast.conversation()
    assert (waiting.unread, waiting.attention, waiting.replied, waiting.possible) == (1, 1, 1, 0)
    assert waiting.oldest_attention == waiting.newest_unread == talk.replied_at and waiting.newest_name == "Lisa"
    assert await inbox.waiting(cast.dan) == inbox.Waiting()
