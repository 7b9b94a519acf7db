"""Conversations that change hands, and people nobody may text until someone has decided (SPEC V8, V10, G2)."""

from __future__ import annotations

from datetime import timedelta

from webapp import clock, database
from webapp.database import transactional
from webapp.database.packed import sql_time
from webapp.models import attention, audience, opt_outs, opting_out, tallies
from webapp.models.campaign import Campaign
from webapp.models.contacts import Contact, ContactEvent
from webapp.models.conversations import AssignmentEvent, Conversation
from webapp.models.messages import Message
from webapp.models.people import Membership, User
from webapp.rules import errors


@transactional
async def hand_to_staff(conversation_id: int, by: User | None, how: str = "hand_over") -> int | None:
    """The thread leaves the volunteer's inbox; an admin answers. Returns who held it."""
    conversation = await Conversation.filter(id=conversation_id).select_for_update().get()
    return await _give(conversation, None, by, how)


async def whereabouts(conversation_id: int) -> tuple[str, str]:
    """Who has it now, for whoever had it last: ("user", their first name), ("staff", "") or ("pool", "")."""
    conversation = await Conversation.get(id=conversation_id).select_related("user")
    if conversation.user:
        return "user", conversation.user.first_name
    return ("staff", "") if conversation.with_staff else ("pool", "")


@transactional
async def take_over(conversation_id: int, member: Membership) -> None:
    """A member of the staff holds it from now on."""
    conversation = await Conversation.filter(id=conversation_id).select_for_update().get()
    await _give(conversation, member.user_id, member.user, "take_over")


async def _give(conversation: Conversation, to: int | None, by: User | None, how: str) -> int | None:
    before, now = conversation.user_id, clock.now()
    tallies.take(conversation)
    contact = await Contact.get(id=conversation.contact_id)
    conversation.hold(to, now, quiet=contact.opted_out_at is not None)
    tallies.put(conversation)
    await conversation.save()
    await AssignmentEvent.create(
        conversation_id=conversation.id, from_user_id=before, to_user_id=to, to_staff=to is None,
        by_user_id=by.id if by else None, how=how, at=now,
    )  # fmt: skip
    return before


async def possible_opt_outs_to_staff(campaign: Campaign) -> list[tuple[int, int]]:
    """V8: flagged and not decided for hours, so it goes to the admins; (user, conversation) for each."""
    since = clock.now() - timedelta(hours=campaign.possible_opt_out_hours)
    held = await database.query(
        "SELECT v.id, v.user_id FROM contact c JOIN conversation v ON v.id = c.last_inbound_conversation_id"
        " WHERE c.campaign_id = ? AND c.possible_opt_out_at < ? AND v.user_id IS NOT NULL AND NOT v.with_staff"
        " ORDER BY c.possible_opt_out_at LIMIT 500", campaign.id, sql_time(since),
    )  # fmt: skip
    for row in held:
        await hand_to_staff(row["id"], None, "timeout")
    return [(row["user_id"], row["id"]) for row in held]


@transactional
async def decide_possible_opt_out(conversation: Conversation, by: User, opts_out: bool) -> None:
    """V8: a person says what the words meant."""
    contact = await Contact.locked(conversation.contact_id)
    if contact.possible_opt_out_at is None:
        return
    if opts_out:
        words = await Message.get_or_none(id=contact.possible_opt_out_message_id)
        campaign = await Campaign.get(id=conversation.campaign_id)
        await opting_out.opt_out(
            campaign, contact.phone, opt_outs.VOLUNTEER, by, message=words, words=words.body if words else ""
        )
        return
    contact.possible_opt_out_at = contact.possible_opt_out_message_id = None
    await contact.save(update_fields=["possible_opt_out_at", "possible_opt_out_message_id"])


@transactional
async def opt_out_by_hand(conversation: Conversation, by: User) -> None:
    """A volunteer opts the person out from the thread, the report or a tag."""
    contact = await Contact.get(id=conversation.contact_id)
    campaign = await Campaign.get(id=conversation.campaign_id)
    await opting_out.opt_out(campaign, contact.phone, opt_outs.VOLUNTEER, by)


@transactional
async def block(conversation: Conversation, by: User) -> None:
    """V10: nobody texts this contact until an admin lifts it. What waits to leave is cancelled."""
    contact = await Contact.locked(conversation.contact_id)
    contact.blocked_at = contact.blocked_at or clock.now()
    await contact.save(update_fields=["blocked_at"])
    await ContactEvent.note(contact.id, by.id, "blocked")
    await opting_out.cancel_queued(contact)
    await opting_out.close_conversations(contact, errors.BLOCKED)


@transactional
async def unblock(contact_id: int, by: User) -> None:
    """First texts that the block kept away are possible again."""
    contact = await Contact.locked(contact_id)
    contact.blocked_at = None
    await contact.save(update_fields=["blocked_at"])
    await ContactEvent.note(contact.id, by.id, "unblocked")
    closed = Conversation.filter(contact=contact, closed_code=errors.BLOCKED, texted_at=None).order_by("id")
    for conversation in await closed.select_for_update():
        tallies.take(conversation)
        conversation.closed_code = contact.never_texted(clock.now())
        await attention.refresh(conversation, contact)
        tallies.put(conversation)
        await conversation.save(update_fields=["closed_code", "needs_attention"])
    await audience.follow([contact_id])


@transactional
async def free_from(member: Membership) -> None:
    """A user suspended or removed: queued texts cancelled, contacts freed (G2)."""
    waiting = Message.filter(user_id=member.user_id, campaign_id=member.campaign_id, status="queued", direction="out")
    for contact_id in sorted({m.contact_id for m in await waiting if m.contact_id}):
        await opting_out.cancel_queued(await Contact.locked(contact_id), user_id=member.user_id)
    held = Conversation.filter(user_id=member.user_id, campaign_id=member.campaign_id).order_by("id")
    for conversation in await held.select_for_update():
        if conversation.texted_at:
            await _give(conversation, None, None, "removal")
            continue
        tallies.take(conversation)
        conversation.let_go()
        tallies.put(conversation)
        await conversation.save()
