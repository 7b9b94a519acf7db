"""What sending a response script does to the contact, in the same transaction, and how Undo takes it back (A3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from webapp import clock
from webapp.database import transactional
from webapp.models import attention, audience, buckets, labels, opt_outs, opting_out, tallies
from webapp.models.campaign import Campaign
from webapp.models.contacts import Contact
from webapp.models.conversations import Conversation
from webapp.models.labels import ContactTag, FieldValue
from webapp.models.messages import CANCELLED, CONFIRMATION, INITIAL, QUEUED, TEST, Message, MessageEffect
from webapp.models.people import Membership, User
from webapp.models.scripts import Script, ScriptTag, ScriptValue


@dataclass(frozen=True)
class Effects:
    """What a script does: tags it sets and values it gives."""

    tags: Sequence[ScriptTag] = ()
    values: Sequence[ScriptValue] = ()

    @property
    def opts_out(self) -> bool:
        return any(row.tag.opts_out for row in self.tags)

    def __bool__(self) -> bool:
        return bool(self.tags or self.values)


async def of(script: Script | None) -> Effects:
    if script is None:
        return Effects()
    return Effects(
        await ScriptTag.filter(script=script).select_related("tag"),
        await ScriptValue.filter(script=script).select_related("field"),
    )


async def apply(effects: Effects, message: Message) -> None:
    """The Opt Out tag opts out, with this text as the one that may still leave."""
    assert message.contact_id is not None
    for row in effects.tags:
        if row.tag.opts_out:
            await _opt_out(message)
        elif await labels.set_tag(message.contact_id, row.tag, message.user_id, message.id):
            await MessageEffect.create(message=message, tag=row.tag)
    for value in effects.values:
        before = await labels.set_field(message.contact_id, value.field, value.value, message.user_id, message.id)
        if before != value.value:
            await MessageEffect.create(message=message, field=value.field, before=before, after=value.value)


async def _opt_out(message: Message) -> None:
    campaign = await Campaign.get(id=message.campaign_id)
    by = await User.get(id=message.user_id)
    await opting_out.opt_out(
        campaign, message.phone, opt_outs.SCRIPT, by, message, confirmation_id=message.id, words=message.body
    )


@transactional
async def undo(member: Membership, message_id: int) -> bool:
    """Takes a queued text back; False where it has left already, or opted someone out (X6: that stands)."""
    found = Message.filter(id=message_id, user_id=member.user_id, status=QUEUED, attempts=0)
    message = await found.exclude(kind__in=(CONFIRMATION, TEST)).first()
    if message is None or message.contact_id is None:
        return False
    contact = await Contact.locked(message.contact_id)
    if not await Message.filter(id=message.id, status=QUEUED, attempts=0).update(status=CANCELLED):
        return False
    await _take_back(message)
    await _reopen(message, contact)
    return True


async def _take_back(message: Message) -> None:
    """Only what this click set and nobody changed since."""
    for effect in await MessageEffect.filter(message=message):
        if effect.tag_id:
            await ContactTag.filter(contact_id=message.contact_id, tag_id=effect.tag_id, message_id=message.id).delete()
            continue
        mine = FieldValue.filter(contact_id=message.contact_id, field_id=effect.field_id, message_id=message.id)
        if effect.before is None:
            await mine.filter(value=effect.after).delete()
        else:
            await mine.filter(value=effect.after).update(value=effect.before, message_id=None, at=clock.now())


async def _reopen(message: Message, contact: Contact) -> None:
    """A first text: the conversation is untexted again, and its bucket open. A reply: it may need attention again."""
    conversation = await Conversation.filter(id=message.conversation_id).select_for_update().get()
    tallies.take(conversation)
    if message.kind == INITIAL:
        conversation.texted_at = None
        await buckets.open_again(message.bucket_id)
    await attention.refresh(conversation, contact)
    tallies.put(conversation)
    await conversation.save(update_fields=["texted_at", "needs_attention"])
    await audience.follow([contact.id])  # tags may be gone, and what was clicked may not be in the action any more
