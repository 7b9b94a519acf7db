"""Applies a response script's tags, fields and opt-out to the contact, in the transaction of the click (SPEC A3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from webapp.models.accounts.users import User
from webapp.models.actions.script import Script, ScriptTag, ScriptValue
from webapp.models.contacts.contact import Contact
from webapp.models.conversations import closing
from webapp.models.conversations.message import Message, MessageEffect
from webapp.models.opt_outs.opt_out import FROM_SCRIPT
from webapp.models.reports import labelling


@dataclass(frozen=True)
class Effects:
    """Tags that a script sets and values that it gives."""

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


async def apply(effects: Effects, message: Message, contact: Contact) -> bool:
    """Applies them to the locked contact, and remembers what Undo can revert: an opt-out it can't (X6). False where the
    sender's budget held the opt-out back: then the message is cancelled and nothing else is applied (V9)."""
    by = await User.get(id=message.user_id) if effects.tags else None
    for row in (row for row in effects.tags if row.tag.opts_out):
        await labelling.set_tag(contact, row.tag, FROM_SCRIPT, by, message)
    if contact.staff_decide:  # the cancelled text sets nothing else either
        await closing.cancel_queued(contact, id=message.id)
        return False
    for row in (row for row in effects.tags if not row.tag.opts_out):
        if await labelling.set_tag(contact, row.tag, FROM_SCRIPT, by, message):
            await MessageEffect.create(message=message, tag=row.tag)
    for value in effects.values:
        before = await labelling.set_field(contact.id, value.field, value.value, message.user_id, message.id)
        if before != value.value:
            await MessageEffect.create(message=message, field=value.field, before=before, after=value.value)
    return True
