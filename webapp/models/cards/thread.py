"""A thread as its page shows it (SPEC V6): the conversation, every text with its contact, the tags. A statement each."""

from __future__ import annotations

from typing import Any

from webapp import database
from webapp.database import Row
from webapp.database.statements import Joined
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import User
from webapp.models.actions import report_settings
from webapp.models.actions.action import Action
from webapp.models.actions.script import Script
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import Tag
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import Message

HISTORY = 200
_TALK = Joined(v=Conversation, k=Contact, kept={"a": Action, "c": Campaign, "s": Script})
_TEXT = Joined(m=Message, kept={"u": User})
_TAG = Joined(t=Tag)


async def conversation(campaign_id: int, conversation_id: int) -> Conversation | None:
    """With its contact, action, campaign and script."""
    rows = await database.wide(
        f"SELECT {_TALK.columns} FROM conversation v JOIN contact k ON k.id = v.contact_id"
        " JOIN action a ON a.id = v.action_id JOIN campaign c ON c.id = v.campaign_id"
        " LEFT JOIN script s ON s.id = v.script_id WHERE v.id = ? AND v.campaign_id = ?",
        conversation_id,
        campaign_id,
    )
    if not rows:
        return None
    found = await _TALK.whole(rows[0])
    conversation: Conversation = found["v"]
    conversation.contact, conversation.action, conversation.campaign, conversation.script = (
        found["k"],
        found["a"],
        found["c"],
        found["s"],
    )
    conversation.action.campaign = conversation.contact.campaign = conversation.campaign
    return conversation


async def history(contact_id: int) -> list[Message]:
    """The newest HISTORY texts with this contact, those of other actions and volunteers included, oldest first, each with its
    user and its files."""
    rows = await database.wide(
        f"SELECT {_TEXT.columns} FROM message m LEFT JOIN user_account u ON u.id = m.user_id"
        f" WHERE m.contact_id = ? AND m.status <> 'cancelled' ORDER BY m.id DESC LIMIT {HISTORY}",
        contact_id,
    )
    shared: dict[Any, Any] = {}
    texts = [await _text(row, shared) for row in reversed(rows)]
    if came := [text for text in texts if text.media_count]:
        await Message.fetch_for_list(came, "media")
    return texts


async def _text(row: Row, shared: dict[Any, Any]) -> Message:
    found = await _TEXT.whole(row, shared)
    text: Message = found["m"]
    text.user = found["u"]
    return text


async def tags(conversation: Conversation) -> tuple[list[Tag], list[Tag]]:
    """Those the contact has, archived ones too, and those of the action's report (A8)."""
    rows = await database.query(
        f"SELECT * FROM (SELECT {_TAG.columns}, {report_settings.asked_sql('tag')} AS asked, EXISTS (SELECT 1"
        " FROM contact_tag p WHERE p.contact_id = ? AND p.tag_id = t.id) AS had FROM tag t WHERE t.campaign_id = ?) AS both_"
        " WHERE asked OR had ORDER BY t__display_order, t__id",
        *[conversation.action_id] * 3,
        conversation.contact_id,
        conversation.campaign_id,
    )
    found = [(_TAG.of(row)["t"], row) for row in rows]
    return [tag for tag, row in found if row["had"]], [tag for tag, row in found if row["asked"]]
