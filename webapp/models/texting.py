"""The click: one tap of a volunteer becomes one queued text, or a reason why not. No network here (SPEC V4, V6)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta

from webapp import clock
from webapp.database import transactional
from webapp.models import attention, effects, gate, links, pool, tallies, values
from webapp.models.actions import Action
from webapp.models.contacts import Contact
from webapp.models.conversations import Bucket, Conversation
from webapp.models.messages import (
    CONFIRMATION,
    FOLLOW_UP,
    INITIAL,
    OUT,
    QUEUED,
    RECEIVED,
    SENDING,
    TAKEN,
    UNKNOWN,
    Message,
)
from webapp.models.numbers import PhoneNumber
from webapp.models.people import Membership
from webapp.models.scripts import Script
from webapp.rules import errors, safeguards, segments


@dataclass(frozen=True)
class Queued:
    """The text is stored and will leave. ``again``: the same click came before; nothing new was stored."""

    message: Message
    again: bool = False


@dataclass(frozen=True)
class Changed:
    """What would leave is not what was seen (A11). Nothing was sent; the new card is to be read first."""


@dataclass(frozen=True)
class Moved:
    """The conversation is with someone else now. Nothing was sent."""


@dataclass(frozen=True)
class Declined:
    """A safeguard refuses it."""

    code: int

    @property
    def sentence(self) -> str:
        return errors.explain(self.code).meaning


@dataclass(frozen=True)
class Stopped:
    """First texts are stopped: "setup", "stopped", "paused" or "ended"; the volunteer may not text ("member"); or no
    first text has left in this conversation, so there is nothing to follow up ("first")."""

    why: str


Outcome = Queued | Changed | Moved | Declined | Stopped


@transactional
async def send_first(member: Membership, conversation_id: int, client_id: uuid.UUID, seen: str) -> Outcome:
    """``seen`` is the hash of the card. The conversation is the member's, or was and is free again (S8)."""
    if earlier := await _earlier(member, client_id):
        return earlier
    active = await _still_active(member)
    contact, conversation, action = await _lock(conversation_id)
    if conversation.user_id != member.user_id and not _may_take_back(conversation, member):
        return Moved()
    if earlier := await _earlier(member, client_id):  # it came while we waited for the lock
        return earlier
    if why := _stopped(action) if active else "member":
        return Stopped(why)
    if conversation.texted_at or conversation.closed_code:
        return Declined(conversation.closed_code or errors.ALREADY_TEXTED)
    return await _first_text(member, contact, conversation, action, client_id, seen)


async def _first_text(
    member: Membership, contact: Contact, conversation: Conversation, action: Action, client_id: uuid.UUID, seen: str
) -> Outcome:
    campaign, script = action.campaign, await Script.get(id=conversation.script_id)
    text = await values.render(campaign, script, contact, member.user, conversation.id)
    if not text.unfilled and text.hash != seen:
        return Changed()
    number = await pool.number_of(campaign, contact, first=True)
    facts = await gate.facts(
        campaign, contact, conversation.id, number, INITIAL, text.text, unfilled=text.unfilled, picture_id=script.picture_id
    )  # fmt: skip
    verdict = safeguards.may_send(facts, clock.now())
    if isinstance(verdict, safeguards.Refused):
        return await _decline_first(conversation, verdict)
    assert number is not None
    tallies.take(conversation)
    if conversation.user_id != member.user_id:
        await _take_back(conversation, member)
    draft = Draft(
        member, contact, conversation, action, number, client_id, INITIAL, text.text, script, script.picture_id
    )
    message = await store(draft)
    await _mark_texted(conversation, message)
    return Queued(message)


async def _take_back(conversation: Conversation, member: Membership) -> None:
    """S8 gave it back to the pool, nobody took it, and its card was still on the screen: it is in the queue again."""
    conversation.hold(member.user_id, clock.now(), by_start=True)
    newest = await Bucket.filter(action_id=conversation.action_id, user_id=member.user_id).order_by("-id").first()
    conversation.bucket_id = newest.id if newest else None


async def _mark_texted(conversation: Conversation, message: Message) -> None:
    now = clock.now()
    conversation.texted_at = now
    tallies.put(conversation)
    await conversation.save()
    await Bucket.filter(id=message.bucket_id or 0).update(last_used_at=now)


async def _decline_first(conversation: Conversation, verdict: safeguards.Refused) -> Declined:
    """Not now: to the end of the same holder's queue. Final: closed for this action."""
    tallies.take(conversation)
    if verdict.not_now:
        conversation.to_the_end()
    else:
        conversation.closed_code = verdict.code
    tallies.put(conversation)
    await conversation.save(update_fields=["turn", "closed_code"])
    await tallies.hit(conversation.action_id, conversation.id, verdict.code)
    return Declined(verdict.code)


@transactional
async def send_reply(
    member: Membership, conversation_id: int, client_id: uuid.UUID, script: Script | None, typed: str = ""
) -> Outcome:
    """A response script, or typed words where the campaign lets volunteers type."""
    if earlier := await _earlier(member, client_id):
        return earlier
    active = await _still_active(member)
    contact, conversation, action = await _lock(conversation_id)
    if not holds(member, conversation):
        return Moved()
    if earlier := await _earlier(member, client_id):
        return earlier
    if not active:
        return Stopped("member")
    if not await Message.exists(conversation=conversation, status__in=(SENDING, UNKNOWN, TAKEN, RECEIVED)):
        return Stopped("first")
    text = await values.render(action.campaign, script, contact, member.user, conversation.id) if script else None
    body, unfilled = (text.text, text.unfilled) if text else (typed.strip(), ())
    opts_out = bool(script and await effects.opts_out(script))
    number = await pool.number_of(action.campaign, contact)
    kind = CONFIRMATION if opts_out else FOLLOW_UP
    facts = await gate.facts(
        action.campaign, contact, conversation.id, number, kind, body, confirms_opt_out=opts_out, unfilled=unfilled,
        picture_id=script.picture_id if script else None,
    )  # fmt: skip
    verdict = safeguards.may_send(facts, clock.now())
    if isinstance(verdict, safeguards.Refused):
        return await _decline_reply(conversation, verdict)
    assert number is not None
    picture_id = script.picture_id if script else None
    draft = Draft(member, contact, conversation, action, number, client_id, kind, body, script, picture_id)
    message = await store(draft)
    await _mark_answered(conversation, contact, message, script)
    return Queued(message)


async def _mark_answered(conversation: Conversation, contact: Contact, message: Message, script: Script | None) -> None:
    tallies.take(conversation)
    await attention.refresh(conversation, contact)
    conversation.unread = False
    tallies.put(conversation)
    await conversation.save(update_fields=["needs_attention", "unread"])
    if script:
        await effects.apply(script, message)


async def _decline_reply(conversation: Conversation, verdict: safeguards.Refused) -> Declined:
    await tallies.hit(conversation.action_id, conversation.id, verdict.code)
    return Declined(verdict.code)


@dataclass(frozen=True)
class Draft:
    """Everything a queued text is made of. A test has no conversation and no action."""

    member: Membership
    contact: Contact
    conversation: Conversation | None
    action: Action | None
    number: PhoneNumber
    client_id: uuid.UUID
    kind: str
    body: str
    script: Script | None
    picture_id: int | None = None

    @property
    def undo_seconds(self) -> int:
        return self.action.campaign.undo_seconds if self.action and self.kind != CONFIRMATION else 0


async def store(draft: Draft) -> Message:
    """The row that will leave, due when the time to undo is over. The number is the contact's from now on."""
    now, conversation, counted = clock.now(), draft.conversation, segments.count(draft.body)
    if draft.contact.number_id != draft.number.id:
        draft.contact.number_id = draft.number.id
        await draft.contact.save(update_fields=["number_id"])
    message = await Message.create(
        campaign_id=draft.contact.campaign_id, contact_id=draft.contact.id,
        conversation_id=conversation.id if conversation else None, number_id=draft.number.id,
        user_id=draft.member.user_id, action_id=draft.action.id if draft.action else None,
        script_id=draft.script.id if draft.script else None,
        script_version=draft.script.version if draft.script else None, picture_id=draft.picture_id,
        bucket_id=conversation.bucket_id if conversation and draft.kind == INITIAL else None,
        direction=OUT, kind=draft.kind, phone=draft.contact.phone, body=draft.body,
        segments=segments.billed(counted, bool(draft.picture_id)), encoding=counted.encoding, status=QUEUED, created_at=now,
        client_id=draft.client_id, public_id=uuid.uuid4(), priority=1 if draft.kind == INITIAL else 0,
        due_at=now + timedelta(seconds=draft.undo_seconds),
    )  # fmt: skip
    if draft.script and conversation:
        await links.join(message, draft.script)
    return message


def holds(member: Membership, conversation: Conversation) -> bool:
    """May this member write here? The holder; staff where it was handed to the staff."""
    return conversation.user_id == member.user_id or (conversation.with_staff and member.is_staff)


async def _earlier(member: Membership, client_id: uuid.UUID) -> Queued | None:
    message = await Message.get_or_none(client_id=client_id, user_id=member.user_id)
    return Queued(message, again=True) if message else None


async def _lock(conversation_id: int) -> tuple[Contact, Conversation, Action]:
    """The contact first, then its conversation, as every transaction does."""
    contact = await Contact.locked((await Conversation.get(id=conversation_id)).contact_id)
    conversation = await Conversation.filter(id=conversation_id).select_for_update().get()
    action = await Action.get(id=conversation.action_id).select_related("campaign")
    return contact, conversation, action


def _may_take_back(conversation: Conversation, member: Membership) -> bool:
    free = conversation.user_id is None and not conversation.with_staff
    return free and conversation.last_holder_id == member.user_id


def _stopped(action: Action) -> str:
    return "setup" if not action.campaign.set_up else action.first_texts_stopped(clock.now())


async def _still_active(member: Membership) -> bool:
    """Approval and suspension are asked again at every send, before anything else is locked: a suspension under way
    is waited for, and one that comes later finds the text of this click and cancels it."""
    fresh = await Membership.filter(id=member.id).select_for_update().first()
    return fresh is not None and fresh.approved_at is not None and fresh.suspended_at is None
