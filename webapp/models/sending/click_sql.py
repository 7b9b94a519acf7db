"""What one click reads and writes, a round trip each: plain SQL, since this is what volunteers wait for.

The rules are asked in between, in texting.py. tests/database/test_statements.py holds both against the ORM.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta

from webapp import clock, database
from webapp.database import packed
from webapp.database.statements import Joined, Statement, insert, new, together, update
from webapp.models import tallies
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import Action
from webapp.models.actions.script import Script
from webapp.models.contacts.contact import Contact
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import CONFIRMATION, INITIAL, OUT, QUEUED, Message
from webapp.models.numbers.number import PhoneNumber
from webapp.models.scripts import links
from webapp.rules import segments


@dataclass(frozen=True)
class ClickRows:
    """``contact`` and ``conversation`` are locked and as they are now. Whether the member is ``active`` holds until the
    transaction ends: a suspension under way was waited for, and one that comes later finds the text of this click and
    cancels it. ``number``: what the contact hears from, if chosen. ``earlier_id``: the text the same click made before."""

    contact: Contact
    conversation: Conversation
    action: Action
    script: Script | None
    number: PhoneNumber | None
    active: bool
    earlier_id: int | None


_SEEN = Joined(k=Contact, v=Conversation, n=PhoneNumber, kept={"a": Action, "c": Campaign, "s": Script})


async def read(member: Membership, conversation_id: int, client_id: uuid.UUID) -> ClickRows | None:
    """Inside a transaction. None: not a conversation of this campaign, or no member of it any more."""
    rows = await database.query(
        f"SELECT {_SEEN.columns}, m.approved_at IS NOT NULL AND m.suspended_at IS NULL AS active, e.id AS earlier_id"
        " FROM conversation v JOIN contact k ON k.id = v.contact_id CROSS JOIN membership m"
        " JOIN action a ON a.id = v.action_id JOIN campaign c ON c.id = v.campaign_id"
        " LEFT JOIN script s ON s.id = v.script_id LEFT JOIN phone_number n ON n.id = k.number_id"
        " LEFT JOIN message e ON e.client_id = ? AND e.user_id = m.user_id"
        " WHERE v.id = ? AND v.campaign_id = ? AND m.id = ?"
        # in this order, and whoever waited sees what the one before has written
        f"{packed.for_update('m', 'SHARE')}{packed.for_update('k')}{packed.for_update('v')}",
        packed.uuid(client_id),
        conversation_id,
        member.campaign_id,
        member.id,
    )
    if not rows:
        return None
    row, found = rows[0], await _SEEN.whole(rows[0])
    found["a"].campaign = found["c"]
    return ClickRows(found["k"], found["v"], found["a"], found["s"], found["n"], bool(row["active"]), row["earlier_id"])


async def write(
    message: Message,
    conversation: Conversation | None,
    contact: Contact,
    changed: tuple[str, ...],
    counts: list[Statement],
) -> None:
    """The new text, what the click ``changed`` of its conversation, and the ``counts``: last, as everywhere."""
    statements = [insert(message)]
    if contact.number_id != message.number_id:
        contact.number_id = message.number_id
        statements.append(update(contact, "number_id"))
    if conversation and changed:
        statements.append(update(conversation, *changed))
    if message.bucket_id:
        statements.append(("UPDATE bucket SET last_used_at = ? WHERE id = ?", [message.created_at, message.bucket_id]))
    [row] = await together(*statements, *counts)
    message.id = row["id"]


@dataclass(frozen=True)
class Draft:
    """Everything a queued text is made of. A test has no conversation and no action. ``counted``: the counts are written
    with it; else at the transaction's end, since more is locked and changed before (tallies.py)."""

    member: Membership
    contact: Contact
    conversation: Conversation | None
    action: Action | None
    number: PhoneNumber
    client_id: uuid.UUID
    kind: str
    body: str
    script: Script | None
    picture_id: int | None = None
    counted: bool = True

    @property
    def undo_seconds(self) -> int:
        return self.action.campaign.undo_seconds if self.action and self.kind != CONFIRMATION else 0


async def store_text(draft: Draft, *changed: str) -> Message:
    """The row that will leave, due when the time to undo is over. The number is the contact's from now on; ``changed`` are
    the conversation's columns that go with it."""
    now, conversation, counted = clock.now(), draft.conversation, segments.count(draft.body)
    message = new(
        Message,
        campaign_id=draft.contact.campaign_id,
        contact_id=draft.contact.id,
        conversation_id=conversation.id if conversation else None,
        number_id=draft.number.id,
        user_id=draft.member.user_id,
        action_id=draft.action.id if draft.action else None,
        script_id=draft.script.id if draft.script else None,
        script_version=draft.script.version if draft.script else None,
        picture_id=draft.picture_id,
        bucket_id=conversation.bucket_id if conversation and draft.kind == INITIAL else None,
        direction=OUT,
        kind=draft.kind,
        phone=draft.contact.phone,
        body=draft.body,
        segments=segments.billed(counted, bool(draft.picture_id)),
        encoding=counted.encoding,
        status=QUEUED,
        created_at=now,
        client_id=draft.client_id,
        public_id=uuid.uuid4(),
        priority=1 if draft.kind == INITIAL else 0,
        due_at=now + timedelta(seconds=draft.undo_seconds),
    )
    await write(message, conversation, draft.contact, changed, tallies.due() if draft.counted else [])
    if draft.script and conversation:
        await links.join(message, draft.script)
    return message
