"""The bounds of a volunteer's powers: only contacts to whom Twilio took a text of ours, and an hourly budget of
opt-outs and blocks (SPEC V9).

Staff have no such bounds. Past the budget nothing final is done. The contact becomes a possible opt-out, whom nobody
can text until staff decide (V8). The volunteer is paused: suspended until staff let them back in.
"""

from __future__ import annotations

from datetime import timedelta

from webapp import clock, database
from webapp.database.locks import Lock
from webapp.database.packed import sql_time
from webapp.models.accounts import audit
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import VOLUNTEER, Membership, User
from webapp.models.assignments import stopping
from webapp.models.contacts.contact import Contact
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import OUT, Message

HOUR = timedelta(hours=1)
TOO_MANY_OPT_OUTS = "opt_outs"


async def may_judge(conversation: Conversation, by: User) -> bool:
    """May ``by`` opt the contact out, block them or change their tags from this conversation, also by a script?"""
    if await _volunteer(conversation.campaign_id, by) is None:
        return True
    taken = Message.filter(conversation_id=conversation.id, direction=OUT, taken_at__isnull=False)
    return await taken.exists()


async def contact_to_judge(conversation: Conversation, by: User) -> Contact | None:
    """The conversation's contact, locked; None where ``by`` may not judge them."""
    contact = await Contact.locked(conversation.contact_id)
    return contact if await may_judge(conversation, by) else None


async def held_back(contact: Contact, by: User | None) -> bool:
    """True where ``by`` is a volunteer whose budget is used up. Then the locked contact becomes a possible opt-out that
    only staff decide, even if a volunteer could have decided about their words before. The volunteer is paused, and the
    caller must do nothing."""
    member = await _volunteer(contact.campaign_id, by) if by else None
    if member is None:
        return False
    await database.lock(Lock.POWERS, member.id)
    if await used(member) < (await Campaign.get(id=member.campaign_id)).opt_out_budget:
        return False
    contact.possible_opt_out_at = contact.possible_opt_out_at or clock.now()
    contact.possible_opt_out_message_id = None
    await contact.save(update_fields=["possible_opt_out_at", "possible_opt_out_message_id"])
    await _pause(member)
    return True


async def only_staff_decide(contact: Contact, by: User) -> bool:
    """True where staff must say what this possible opt-out was, and ``by`` is a volunteer."""
    return contact.staff_decide and await _volunteer(contact.campaign_id, by) is not None


async def _volunteer(campaign_id: int, by: User) -> Membership | None:
    found = Membership.filter(user_id=by.id, campaign_id=campaign_id, role=VOLUNTEER)
    return await found.select_related("user", "campaign").first()


async def used(member: Membership) -> int:
    """Opt-outs and blocks of the last hour."""
    since = sql_time(clock.now() - HOUR)
    [row] = await database.query(
        "SELECT (SELECT COUNT(*) FROM opt_out WHERE user_id = ? AND at > ? AND source IN ('volunteer', 'script')"
        " AND campaign_id = ?) + (SELECT COUNT(*) FROM contact_event e JOIN contact c ON c.id = e.contact_id"
        " WHERE e.user_id = ? AND e.at > ? AND e.what = 'blocked' AND c.campaign_id = ?) AS n",
        member.user_id,
        since,
        member.campaign_id,
        member.user_id,
        since,
        member.campaign_id,
    )
    return int(row["n"])


async def _pause(member: Membership) -> None:
    if await stopping.stop(member, TOO_MANY_OPT_OUTS):
        await audit.note(
            member.campaign, None, "user.paused", {"user": member.id}, member.user.name, why=TOO_MANY_OPT_OUTS
        )


# Those whom `paused` finds in the campaign ``c``
PAUSED = (
    f"SELECT x.id FROM membership x WHERE x.campaign_id = c.id AND x.suspended_for = '{TOO_MANY_OPT_OUTS}'"
    " AND x.suspended_at IS NOT NULL"
)


async def paused(campaign_id: int) -> list[Membership]:
    """Volunteers who are paused for this, the newest first."""
    found = Membership.filter(campaign_id=campaign_id, suspended_for=TOO_MANY_OPT_OUTS, suspended_at__isnull=False)
    return await found.order_by("-suspended_at").limit(5).select_related("user")
