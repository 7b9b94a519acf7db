"""The card a volunteer sees: the next contact of their queue, with the first text filled in (SPEC V4, section 4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from webapp.models.accounts.users import Membership
from webapp.models.actions.action import Action
from webapp.models.cards import card
from webapp.models.cards.card import AHEAD, Card, Queue
from webapp.models.cards.following import Following
from webapp.models.conversations import closing, making
from webapp.models.conversations.conversation import Conversation
from webapp.models.scripts import rendering
from webapp.models.scripts.rendering import Rendering
from webapp.rules import phone

AT_ONCE = 20  # contacts passed over in one request


async def queue_of(
    member: Membership, action: Action, first: int = 0, but: Sequence[int] = ()
) -> tuple[Queue | None, Rendering | None]:
    """As `card.queue_of`, with the text of its card, the contact's phone masked (V9). Contacts whose text can't be filled, or is
    too long, are closed here: nobody taps on them. After AT_ONCE of them the queue says that it is ``looking``, and the page asks
    again. The text is None where there is no card, and where its script is archived and no other is in use."""
    for _ in range(AT_ONCE):
        shown = await card.queue_of(member, action, first, but)
        if shown is None or shown.card is None:
            return shown, None
        conversation, first = shown.card.conversation, 0
        if not _has_script(conversation):
            if await making.pick_one(conversation):
                continue
            return shown, None
        if text := await _text(member, action, conversation):
            return shown, text
    assert shown is not None
    return replace(shown, card=None, looking=True), None


def _has_script(conversation: Conversation) -> bool:
    return conversation.script is not None and not conversation.script.archived_at


async def _text(member: Membership, action: Action, conversation: Conversation) -> Rendering | None:
    """None where it never fits this contact, who is closed then."""
    assert conversation.script is not None
    text = await rendering.render(
        action.campaign, conversation.script, conversation.contact, member.user, conversation.id
    )
    if text.final_code is None:
        return replace(text, text=phone.hidden_in(text.text, conversation.contact.phone))
    await closing.close_unsent(conversation, text.final_code, conversation.script.version)
    return None


async def after_tap(
    member: Membership, action: Action, read: Following | None, ahead: Sequence[int]
) -> tuple[Following | Queue | None, list[tuple[Card, Rendering]]]:
    """The queue after a tap, and the card for the end of the deck, if there is one. ``read``: as the click read them. Without it
    the queue is asked, and where its card can't be sent."""
    if read and read.card is None:
        return read, []
    talk = read.card.conversation if read and read.card else None
    if read and talk and _has_script(talk) and (text := await _text(member, action, talk)):
        return read, sendable(read.card, text)
    queue, filled = await queue_of(member, action, but=ahead)
    return queue, sendable(queue.card if queue else None, filled)


async def ahead_of(member: Membership, action: Action, shown: Card) -> list[tuple[Card, Rendering]]:
    """The cards after this one, for the deck of the page."""
    found: list[tuple[Card, Rendering]] = []
    while len(found) < AHEAD:
        held = [shown.conversation.id, *(one.conversation.id for one, _ in found)]
        queue, text = await queue_of(member, action, but=held)
        if not (more := sendable(queue.card if queue else None, text)):
            break
        found += more
    return found


def sendable(one: Card | None, text: Rendering | None) -> list[tuple[Card, Rendering]]:
    """The card and its text, where that may be sent as it is; else none."""
    return [(one, text)] if one and text and not text.stopped else []
