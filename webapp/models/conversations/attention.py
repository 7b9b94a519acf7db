"""Which conversations need an answer (SPEC V5)."""

from __future__ import annotations

from webapp import database
from webapp.models import tallies
from webapp.models.contacts.contact import Contact
from webapp.models.conversations.conversation import Conversation

NO_ANSWER_WANTED = frozenset({"help", "info"})

_LAST_WORDS = """
SELECT m.id, m.direction, m.body FROM message m
 WHERE m.conversation_id = ?
   AND (m.direction = 'in' OR (m.status IN ('queued', 'sending', 'unknown', 'taken')
                               AND m.delivery NOT IN ('failed', 'undelivered', 'canceled')))
 ORDER BY m.id DESC LIMIT 10
"""


def asks_for_information(body: str) -> bool:
    """HELP and INFO: Twilio answers these words itself, so no volunteer has to."""
    return body.strip().strip(".!?").lower() in NO_ANSWER_WANTED


async def refresh(conversation: Conversation, contact: Contact) -> None:
    """Sets `needs_attention` from the stored messages: they wrote last, after our last live text and the last report.
    The row is not saved."""
    conversation.needs_attention = contact.opted_out_at is None and await _wrote_last(conversation)


async def reconsider(conversation_id: int | None, contact: Contact) -> None:
    """Refreshes and saves it after a text of ours in it was cancelled, dropped, settled or failed. The contact is locked."""
    conversation = await Conversation.filter(id=conversation_id or 0).select_for_update().first()
    if conversation:
        async with tallies.moving(conversation):
            await refresh(conversation, contact)


async def _wrote_last(conversation: Conversation) -> bool:
    for row in await database.query(_LAST_WORDS, conversation.id):
        if row["direction"] == "out":
            return False
        if not asks_for_information(row["body"]):
            return int(row["id"]) > (conversation.reported_through_id or 0)
    return False
