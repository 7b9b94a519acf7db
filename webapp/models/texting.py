"""The click: one tap of a volunteer becomes one queued text, or a reason why not. No network here (SPEC V4, V6)."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from tortoise.exceptions import IntegrityError

from webapp import clock
from webapp.database import transactional
from webapp.database.statements import new
from webapp.models import clicking, effects, gate, links, pool, tallies, values
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


async def send_first(member: Membership, conversation_id: int, client_id: uuid.UUID, seen: str) -> Outcome:
    """``seen`` is the hash of the card. The conversation is the member's, or was and is free again (S8)."""
    return await _once(member, client_id, lambda: _send_first(member, conversation_id, client_id, seen))


async def send_reply(
    member: Membership, conversation_id: int, client_id: uuid.UUID, script: Script | None, typed: str = ""
) -> Outcome:
    """A response script, or typed words where the campaign lets volunteers type."""
    return await _once(member, client_id, lambda: _send_reply(member, conversation_id, client_id, script, typed))


async def _once(member: Membership, client_id: uuid.UUID, click: Callable[[], Awaitable[Outcome]]) -> Outcome:
    """The same click may come twice at once. The second waits for the first one's rows, finds them changed or stumbles
    over the client's id, and answers what the first answered."""
    try:
        outcome = await click()
        if isinstance(outcome, Queued):
            return outcome
    except IntegrityError:
        if earlier := await _earlier(member, client_id):
            return earlier
        raise
    return await _earlier(member, client_id) or outcome


async def _earlier(member: Membership, client_id: uuid.UUID) -> Queued | None:
    message = await Message.get_or_none(client_id=client_id, user_id=member.user_id)
    return Queued(message, again=True) if message else None


@transactional
async def _send_first(member: Membership, conversation_id: int, client_id: uuid.UUID, seen: str) -> Outcome:
    sight = await clicking.look(member, conversation_id, client_id)
    if sight is None:
        return Moved()
    if sight.earlier_id:
        return Queued(await Message.get(id=sight.earlier_id), again=True)
    conversation = sight.conversation
    if conversation.user_id != member.user_id and not _may_take_back(conversation, member):
        return Moved()
    if why := _stopped(sight.action) if sight.active else "member":
        return Stopped(why)
    if conversation.texted_at or conversation.closed_code:
        return Declined(conversation.closed_code or errors.ALREADY_TEXTED)
    return await _first_text(member, sight, client_id, seen)


async def _first_text(member: Membership, sight: clicking.Sight, client_id: uuid.UUID, seen: str) -> Outcome:
    contact, conversation, campaign, script = sight.contact, sight.conversation, sight.action.campaign, sight.script
    assert script is not None
    text = await values.render(campaign, script, contact, member.user, conversation.id)
    if not text.unfilled and text.hash != seen:
        return Changed()
    number = await pool.number_of(campaign, contact, first=True, kept=sight.number)
    facts = await gate.facts(
        campaign, contact, conversation.id, number, INITIAL, text.text, unfilled=text.unfilled, picture_id=script.picture_id
    )  # fmt: skip
    verdict = safeguards.may_send(facts, clock.now())
    if isinstance(verdict, safeguards.Refused):
        return await _decline_first(conversation, verdict)
    assert number is not None
    tallies.take(conversation)
    back = await _take_back(conversation, member) if conversation.user_id != member.user_id else ()
    conversation.texted_at = clock.now()
    tallies.put(conversation)
    draft = Draft(
        member, contact, conversation, sight.action, number, client_id, INITIAL, text.text, script, script.picture_id
    )
    return Queued(await store(draft, "texted_at", *back))


async def _take_back(conversation: Conversation, member: Membership) -> tuple[str, ...]:
    """S8 gave it back to the pool, nobody took it, and its card was still on the screen: it is in the queue again. The
    columns that changed."""
    conversation.hold(member.user_id, clock.now(), by_start=True)
    newest = await Bucket.filter(action_id=conversation.action_id, user_id=member.user_id).order_by("-id").first()
    conversation.bucket_id = newest.id if newest else None
    return ("user_id", "last_holder_id", "with_staff", "held_since", "held_by_start", "unread", "bucket_id")


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
async def _send_reply(
    member: Membership, conversation_id: int, client_id: uuid.UUID, script: Script | None, typed: str
) -> Outcome:
    sight = await clicking.look(member, conversation_id, client_id)
    if sight is None:
        return Moved()
    if sight.earlier_id:
        return Queued(await Message.get(id=sight.earlier_id), again=True)
    if not holds(member, sight.conversation):
        return Moved()
    if not sight.active:
        return Stopped("member")
    if not await Message.exists(conversation_id=conversation_id, status__in=(SENDING, UNKNOWN, TAKEN, RECEIVED)):
        return Stopped("first")
    return await _reply(member, sight, client_id, script, typed)


async def _reply(
    member: Membership, sight: clicking.Sight, client_id: uuid.UUID, script: Script | None, typed: str
) -> Outcome:
    contact, conversation, action = sight.contact, sight.conversation, sight.action
    text = await values.render(action.campaign, script, contact, member.user, conversation.id) if script else None
    body, unfilled = (text.text, text.unfilled) if text else (typed.strip(), ())
    does = await effects.of(script)
    number = await pool.number_of(action.campaign, contact, kept=sight.number)
    kind, picture_id = CONFIRMATION if does.opts_out else FOLLOW_UP, script.picture_id if script else None
    facts = await gate.facts(
        action.campaign, contact, conversation.id, number, kind, body, confirms_opt_out=does.opts_out, unfilled=unfilled,
        picture_id=picture_id,
    )  # fmt: skip
    verdict = safeguards.may_send(facts, clock.now())
    if isinstance(verdict, safeguards.Refused):
        await tallies.hit(conversation.action_id, conversation.id, verdict.code)
        return Declined(verdict.code)
    assert number is not None
    tallies.take(conversation)
    conversation.needs_attention = conversation.unread = False  # our text is the newest now
    tallies.put(conversation)
    draft = Draft(
        member, contact, conversation, action, number, client_id, kind, body, script, picture_id, counted=not does
    )
    message = await store(draft, "needs_attention", "unread")
    await effects.apply(does, message)
    return Queued(message)


@dataclass(frozen=True)
class Draft:
    """Everything a queued text is made of. A test has no conversation and no action. ``counted``: the counts are written
    with it; else at the transaction's end, since more is locked and changed before (tallies.py)."""

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
    counted: bool = True

    @property
    def undo_seconds(self) -> int:
        return self.action.campaign.undo_seconds if self.action and self.kind != CONFIRMATION else 0


async def store(draft: Draft, *changed: str) -> Message:
    """The row that will leave, due when the time to undo is over. The number is the contact's from now on; ``changed`` are
    the conversation's columns that go with it."""
    now, conversation, counted = clock.now(), draft.conversation, segments.count(draft.body)
    message = new(
        Message, campaign_id=draft.contact.campaign_id, contact_id=draft.contact.id,
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
    await clicking.write(message, conversation, draft.contact, changed, tallies.due() if draft.counted else [])
    if draft.script and conversation:
        await links.join(message, draft.script)
    return message


def holds(member: Membership, conversation: Conversation) -> bool:
    """May this member write here? The holder; staff where it was handed to the staff."""
    return conversation.user_id == member.user_id or (conversation.with_staff and member.is_staff)


def _may_take_back(conversation: Conversation, member: Membership) -> bool:
    free = conversation.user_id is None and not conversation.with_staff
    return free and conversation.last_holder_id == member.user_id


def _stopped(action: Action) -> str:
    return "setup" if not action.campaign.set_up else action.first_texts_stopped(clock.now())
