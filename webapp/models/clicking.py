"""What one click reads and writes, a round trip each: plain SQL, since this is what volunteers wait for.

The rules are asked in between, in texting.py. tests/database/test_statements.py holds both against the ORM.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from webapp import database
from webapp.database import packed
from webapp.database.statements import Joined, Statement, insert, together, update
from webapp.models.actions import Action
from webapp.models.campaign import Campaign
from webapp.models.contacts import Contact
from webapp.models.conversations import Conversation
from webapp.models.messages import Message
from webapp.models.numbers import PhoneNumber
from webapp.models.people import Membership
from webapp.models.scripts import Script


@dataclass(frozen=True)
class Sight:
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


async def look(member: Membership, conversation_id: int, client_id: uuid.UUID) -> Sight | None:
    """Inside a transaction. None: not a conversation of this campaign, or no member of it any more."""
    rows = await database.query(
        f"SELECT {_SEEN.columns}, m.approved_at IS NOT NULL AND m.suspended_at IS NULL AS active, e.id AS earlier_id"  # noqa: S608
        " FROM conversation v JOIN contact k ON k.id = v.contact_id CROSS JOIN membership m"
        " JOIN action a ON a.id = v.action_id JOIN campaign c ON c.id = v.campaign_id"
        " LEFT JOIN script s ON s.id = v.script_id LEFT JOIN phone_number n ON n.id = k.number_id"
        " LEFT JOIN message e ON e.client_id = ? AND e.user_id = m.user_id"
        " WHERE v.id = ? AND v.campaign_id = ? AND m.id = ?"
        # in this order, and whoever waited sees what the one before has written
        f"{packed.for_update('m', 'SHARE')}{packed.for_update('k')}{packed.for_update('v')}",
        packed.uuid(client_id), conversation_id, member.campaign_id, member.id,
    )  # fmt: skip
    if not rows:
        return None
    row, found = rows[0], await _SEEN.whole(rows[0])
    found["a"].campaign = found["c"]
    return Sight(
        found["k"], found["v"], found["a"], found["s"], found["n"], bool(row["active"]), row["earlier_id"]
    )  # fmt: skip


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
