"""Tells open pages that a conversation changed: its holder's pages, or all staff's where staff hold it (SPEC V5, G3)."""

from __future__ import annotations

from webapp import live
from webapp.models.conversations import inbox


async def tell(conversation_id: int, holder_id: int | None = None) -> None:
    """After the commit. A caller whose transaction has read the holder passes it on: that saves a query."""
    listeners = [holder_id] if holder_id else await inbox.listeners(conversation_id)
    for user_id in listeners:
        await live.nudge(user_id, "inbox-changed", conversation_id)
