"""Response scripts as a thread offers them, and the beginnings that their names share (SPEC V6)."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from webapp.models.accounts.users import Membership
from webapp.models.actions.script import RESPONSE, Script
from webapp.models.conversations.conversation import Conversation
from webapp.models.results import results
from webapp.models.scripts import rendering
from webapp.rules import phone, segments


async def previews(member: Membership, conversation: Conversation, q: str) -> list[dict[str, Any]]:
    """Response scripts with this person's values in them, the most used first; one that can't be filled says so. A
    search looks in what the person would read. Their phone is masked (V9)."""
    scripts = await Script.of(conversation.action, RESPONSE)
    uses = await results.uses([script.id for script in scripts])
    texts = await rendering.preview_all(conversation.campaign, scripts, conversation.contact, member.user)
    filled = [
        {
            "script": script,
            "text": replace(text, text=phone.hidden_in(text.text, conversation.contact.phone)),
            "billed": segments.billed(segments.count(text.text), bool(script.picture_id)),
            "used": uses.get(script.id, 0),
        }
        for script, text in zip(scripts, texts, strict=True)
        if q.lower() in f"{script.name} {text.text}".lower()
    ]
    return sorted(filled, key=lambda row: -row["used"])  # as ordered by the office where they are used alike


async def beginnings(conversation: Conversation) -> list[str]:
    """The words before the colon that several scripts' names share: "Attending" of "Attending: Yes"."""
    heads = [script.name.partition(":") for script in await Script.of(conversation.action, RESPONSE)]
    count = Counter(head.strip() for head, colon, _ in heads if colon)
    return [head for head, number in count.items() if number > 1]
