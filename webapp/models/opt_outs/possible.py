"""Possible opt-outs: nobody texts the phone until someone decides what the words meant (SPEC V8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from webapp import clock, database
from webapp.database import transactional
from webapp.database.packed import sql_time
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import User
from webapp.models.assignments import assigning
from webapp.models.conversations import inbox
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import Message
from webapp.models.opt_outs import bounds, opting_out
from webapp.models.opt_outs.opt_out import FROM_VOLUNTEER


async def hand_old_to_staff(campaign: Campaign) -> list[tuple[int, int]]:
    """Hands threads flagged hours ago and not decided yet to the staff. Returns (user who held it, conversation) each."""
    since = clock.now() - timedelta(hours=campaign.possible_opt_out_hours)
    held = await database.query(
        "SELECT v.id, v.user_id FROM contact c JOIN conversation v ON v.id = c.last_inbound_conversation_id"
        " WHERE c.campaign_id = ? AND c.possible_opt_out_at < ? AND v.user_id IS NOT NULL AND NOT v.with_staff"
        " ORDER BY c.possible_opt_out_at LIMIT 500",
        campaign.id,
        sql_time(since),
    )
    for row in held:
        await assigning.hand_to_staff(row["id"], None, "timeout")
    return [(row["user_id"], row["id"]) for row in held]


@dataclass(frozen=True)
class Shown:
    """The page of a decision, as it was shown. ``flag``: the contact's `flag_mark`; ``text_id``: the newest text of theirs."""

    flag: str = ""
    text_id: int = 0


@transactional
async def decide(conversation: Conversation, by: User, opts_out: bool, shown: Shown) -> str:
    """A volunteer or admin says what the words meant. Returns "opted_out" or "no_opt_out". Nothing is decided where
    only staff may say so ("for_staff"), or Twilio took no text of ours there ("not_texted", V9). "No opt-out" counts
    only for the words that were ``shown``: after newer words or another flag nothing is decided ("read_again"). An
    opt-out always counts."""
    contact = await bounds.contact_to_judge(conversation, by)
    if contact is None:
        return "not_texted"
    if await bounds.only_staff_decide(contact, by):
        return "for_staff"
    if contact.possible_opt_out_at is None:
        return "opted_out" if opts_out or contact.opted_out_at else "no_opt_out"
    if opts_out:
        words = await Message.get_or_none(id=contact.possible_opt_out_message_id)
        await opting_out.opt_out(contact, FROM_VOLUNTEER, by, message=words, words=words.body if words else "")
        return "opted_out"
    if shown.flag != contact.flag_mark or await inbox.wrote_since(contact.id, shown.text_id):
        return "read_again"
    contact.possible_opt_out_at = contact.possible_opt_out_message_id = None
    await contact.save(update_fields=["possible_opt_out_at", "possible_opt_out_message_id"])
    return "no_opt_out"
