"""A volunteer's queue: the next contact, the bucket's progress, the texts just sent (SPEC V4)."""

from __future__ import annotations

from dataclasses import dataclass

from webapp import clock
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import Action
from webapp.models.contacts import labels
from webapp.models.contacts.labels import Tag
from webapp.models.contacts.zones import zones_of
from webapp.models.conversations import buckets, going_back, start
from webapp.models.conversations.buckets import Bucket, Progress
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.going_back import GoneBack
from webapp.models.conversations.message import OUT, TAKEN, Message, first_texts_of

JUST_SENT = 7


@dataclass(frozen=True)
class Card:
    """The next contact of a queue. ``zones``: those the contact may be in. ``texted_before``: by any action."""

    conversation: Conversation
    zones: tuple[str, ...]
    tags: list[Tag]
    texted_before: bool


@dataclass(frozen=True)
class Queue:
    """``card``: None where nobody can be texted now. ``gone_back``: contacts that went back to the pool. ``undoable``:
    the newest text that has not left yet, for ``undo_seconds`` more. ``looking``: the next contact is not found
    yet; ask again."""

    bucket: Bucket
    card: Card | None
    progress: Progress
    just_sent: list[Message]
    gone_back: GoneBack
    undoable: Message | None
    undo_seconds: int
    looking: bool = False


async def queue_of(member: Membership, action: Action, first: Conversation | None = None) -> Queue | None:
    """The member's queue in this action; None before the first Start. ``first``: a conversation to show before the others,
    if the member still holds it and nobody texted it."""
    bucket = await buckets.current(action, member.user)
    if bucket is None:
        return None
    mine = first is not None and first.user_id == member.user_id and first.texted_at is None
    conversation = first if mine else await start.next_in_queue(action, member.user)
    if conversation is None:
        await buckets.finish_if_done(bucket)
    sent = await first_texts_of(bucket, JUST_SENT)
    undoable, seconds = _undoable(sent)
    return Queue(
        bucket=bucket,
        card=await _card(action, conversation) if conversation else None,
        progress=await buckets.progress(bucket, member.campaign),
        just_sent=sent,
        gone_back=await going_back.gone_back(bucket),
        undoable=undoable,
        undo_seconds=seconds,
    )


async def _card(action: Action, conversation: Conversation) -> Card:
    contact = conversation.contact
    return Card(
        conversation=conversation,
        zones=await zones_of(action.campaign, contact.zone_set_id),
        tags=(await labels.tags_of([contact.id]))[contact.id],
        texted_before=await Message.filter(contact_id=contact.id, direction=OUT, status=TAKEN).exists(),
    )


def _undoable(sent: list[Message]) -> tuple[Message | None, int]:
    message = next((m for m in sent if m.undoable), None)
    if message is None or message.due_at is None:
        return None, 0
    left = (message.due_at - clock.now()).total_seconds()
    return (message, round(left)) if left > 0 else (None, 0)
