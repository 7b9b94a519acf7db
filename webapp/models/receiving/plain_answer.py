"""An answer that is nothing special, stored and applied in two round trips (SPEC X5).

Most texts that come in answer a text of ours and mean nothing else. One statement reads the rows they concern, without
locks. A second stores the text, its event and the counts, if contact and conversation are still the same. Everything
else is stored first and then applied under locks (applying.py). That is a keyword, words that may mean one, HELP, files and
an opt-in form's conversation. It is also unknown phones and numbers, an answer to a text whose outcome is unknown, and rows
that changed meanwhile.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from webapp import clock, database
from webapp.database import Row
from webapp.database.statements import Joined, Statement, Versions, insert, together, update
from webapp.models.contacts.contact import Contact
from webapp.models.conversations import attention
from webapp.models.conversations.conversation import Conversation
from webapp.models.opt_ins.answering import TALK_OVER
from webapp.models.receiving import inbound
from webapp.models.receiving.event import News, TwilioEvent, has_files
from webapp.rules import opt_out

_ROWS = Joined(k=Contact, v=Conversation)
_VERSIONS = Versions("k", "v")


async def receive(event: TwilioEvent) -> News | None:
    """``event``: not stored yet. None, and nothing is stored, where the text has to be applied under locks."""
    if database.dialect() == "sqlite" or _special(event.payload):  # there the transaction is the lock
        return None
    payload = event.payload
    whose = str(payload.get("From", ""))[:20], str(payload.get("To", ""))
    since = clock.now() - TALK_OVER  # after that a form's keyword is a keyword again (B2)
    rows = await database.wide(_reading(), *whose, since, event.sid)
    return await database.one_statement(lambda: _stored(event, rows[0])) if rows else None


def _special(payload: dict[str, Any]) -> bool:
    """True where its words or files need the rules of applying.py."""
    body = str(payload.get("Body", ""))
    if payload.get("OptOutType") or has_files(payload):
        return True
    return attention.asks_for_information(body) or opt_out.classify(body) != "none"


@lru_cache
def _reading() -> str:
    """SQL for the conversation of our newest text to them by this number, as `inbound` finds it. Gives no row where
    anything about it is special."""
    return (
        f"SELECT {_ROWS.columns}, n.id AS number_id, {_VERSIONS.columns} FROM phone_number n JOIN campaign c ON c.id = n.campaign_id"
        " JOIN contact k ON k.campaign_id = c.id AND k.phone = ? CROSS JOIN LATERAL (SELECT m.conversation_id, m.status,"
        f" m.created_at FROM message m WHERE m.contact_id = k.id AND m.number_id = n.id AND {inbound.MAY_HAVE_LEFT}"
        " AND m.conversation_id IS NOT NULL ORDER BY m.id DESC LIMIT 1) l JOIN conversation v ON v.id = l.conversation_id"
        " WHERE n.e164 = ? AND l.created_at > ? AND l.status IN ('taken', 'sending') AND k.opted_out_at IS NULL AND c.round_trip_phone <> k.phone"
        f" AND {inbound.FORM} IS NULL AND (SELECT m.id FROM message m WHERE m.sid = ? LIMIT 1) IS NULL"
    )


def _same(row: Row) -> Statement:
    """Locks both rows. Gives the phone if they are still as they were read, else null."""
    same, versions = _VERSIONS.same(row)
    text = (
        f"SELECT k.phone FROM conversation v JOIN contact k ON k.id = v.contact_id WHERE v.id = ? AND {same}"
        " FOR UPDATE OF k FOR UPDATE OF v"
    )
    return text, [row["v__id"], *versions]


async def _stored(event: TwilioEvent, row: Row) -> News:
    """Raises IntegrityError where the rows are not the same, or the event is stored already."""
    found = _ROWS.of(row)
    contact, conversation = found["k"], found["v"]
    text = inbound.text_of(event, row["number_id"], contact, conversation)
    event.applied_at = contact.last_message_at = text.created_at
    contact.last_inbound_conversation_id = conversation.id
    newest = update(contact, "last_message_at", "last_inbound_conversation_id")
    counted = await inbound.replied(text, contact, conversation, answered=False)
    await together(insert(text, phone=_same(row)), event.storing(), newest, *counted)
    return News(conversation.user_id, conversation.id)
