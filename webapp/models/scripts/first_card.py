"""The card a volunteer sees: the next contact of their queue, with the first text filled in (SPEC V4, section 4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from webapp.models.accounts.users import Membership
from webapp.models.actions.action import Action
from webapp.models.cards import card
from webapp.models.cards.card import AHEAD, Card, Queue
from webapp.models.conversations import closing, making
from webapp.models.scripts import rendering
from webapp.models.scripts.rendering import Rendering
from webapp.rules import phone

AT_ONCE = 20  # contacts passed over in one request


async def queue_of(
    member: Membership, action: Action, first: int = 0, but: Sequence[int] = (), read: Queue | None = None
) -> tuple[Queue | None, Rendering | None]:
    """As `card.queue_of`, with the text of its card, the contact's phone masked (V9). ``read``: that queue, where it is read
    already. Contacts whose text can't be filled, or is too long, are closed here: nobody taps on them. After AT_ONCE of them the
    queue says that it is ``looking``, and the page asks again. The text is None where there is no card, and where its script is
    archived and no other is in use."""
    for _ in range(AT_ONCE):
        shown = read or await card.queue_of(member, action, first, but)
        read = None  # of the first one only
        if shown is None or shown.card is None:
            return shown, None
        conversation, first = shown.card.conversation, 0
        if conversation.script is None or conversation.script.archived_at:
            if await making.pick_one(conversation):
                continue
            return shown, None
        text = await rendering.render(
            action.campaign, conversation.script, conversation.contact, member.user, conversation.id
        )
        if text.final_code is None:
            return shown, replace(text, text=phone.hidden_in(text.text, conversation.contact.phone))
        await closing.close_unsent(conversation, text.final_code, conversation.script.version)
    assert shown is not None
    return replace(shown, card=None, looking=True), None


async def ahead_of(member: Membership, action: Action, shown: Card) -> list[tuple[Card, Rendering]]:
    """The cards after this one, for the deck of the page."""
    found: list[tuple[Card, Rendering]] = []
    while len(found) < AHEAD and (
        one := sendable(
            *await queue_of(member, action, but=[shown.conversation.id, *(c.conversation.id for c, _ in found)])
        )
    ):
        found.append(one)
    return found


def sendable(queue: Queue | None, text: Rendering | None) -> tuple[Card, Rendering] | None:
    """The card and its text, where that may be sent as it is."""
    return (queue.card, text) if queue and queue.card and text and not text.stopped else None
