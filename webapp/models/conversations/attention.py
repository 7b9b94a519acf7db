"""Which conversations need an answer (SPEC V5)."""

from __future__ import annotations

from typing import Any

from webapp import database
from webapp.models import tallies
from webapp.models.contacts.contact import Contact
from webapp.models.conversations.conversation import Conversation
from webapp.rules.opt_ins import words

NO_ANSWER_WANTED = frozenset({"help", "info"})

# ``by_form``: our text left without anybody's click; ``heard``: a YES here is one that the opt-in form answered (`hears`)
_LAST_WORDS = """
SELECT m.id, m.direction, m.body, f.keyword, CASE WHEN f.id IS NOT NULL AND m.user_id IS NULL THEN 1 ELSE 0 END AS by_form,
       CASE WHEN m.id > s.asked_id AND (m.created_at <= s.confirmed_at OR (s.confirmed_at IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM message o WHERE o.conversation_id = m.conversation_id AND o.direction = 'out' AND o.id < m.id
            AND o.id > s.asked_id AND o.user_id IS NOT NULL AND o.status IN ('sending', 'unknown', 'taken')))) THEN 1 ELSE 0
       END AS heard
  FROM message m LEFT JOIN opt_in_form f ON f.action_id = m.action_id
  LEFT JOIN sign_up s ON s.form_id = f.id AND s.contact_id = m.contact_id
 WHERE m.conversation_id = ?
   AND (m.direction = 'in' OR (m.status IN ('queued', 'sending', 'unknown', 'taken')
                               AND m.delivery NOT IN ('failed', 'undelivered', 'canceled')))
 ORDER BY m.id DESC LIMIT 10
"""


def asks_for_information(body: str) -> bool:
    """HELP and INFO: Twilio answers these words itself, so no volunteer has to."""
    return body.strip().strip(".!?").lower() in NO_ANSWER_WANTED


def they_wrote(conversation: Conversation, contact: Contact) -> None:
    """Their text is the newest, and asks for an answer."""
    conversation.needs_attention = contact.opted_out_at is None


def nobody_waits(conversation: Conversation) -> None:
    """Our text is the newest, or they opted out."""
    conversation.needs_attention = conversation.unread = False


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
    """An opt-in form's own texts answer no question, and a text that the form answered asks none."""
    for row in await database.query(_LAST_WORDS, conversation.id):
        if row["direction"] == "out":
            if not row["by_form"]:
                return False
        elif not asks_for_information(row["body"]) and not _form_answered(row):
            return int(row["id"]) > (conversation.reported_through_id or 0)
    return False


def _form_answered(row: dict[str, Any]) -> bool:
    keyword = row["keyword"] and words.keyword(row["body"]) == row["keyword"]
    return bool(keyword or (row["heard"] and words.confirms(row["body"])))
