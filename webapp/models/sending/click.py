"""The click: one tap of a volunteer becomes one queued text, or a reason why not. No network here (SPEC V4, V6)."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tortoise.exceptions import IntegrityError

from webapp import clock
from webapp.database import transactional
from webapp.models import tallies
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import Action
from webapp.models.actions.script import Script
from webapp.models.conversations.buckets import Bucket
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import (
    CONFIRMATION,
    FOLLOW_UP,
    INITIAL,
    RECEIVED,
    SENDING,
    TAKEN,
    UNKNOWN,
    Message,
)
from webapp.models.numbers import choice
from webapp.models.scripts import rendering
from webapp.models.sending import click_sql, effects, facts
from webapp.models.sending.click_sql import Draft
from webapp.rules import errors, safeguards


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


async def _once(member: Membership, client_id: uuid.UUID, verb: Callable[[], Awaitable[Outcome]]) -> Outcome:
    """The same click may come twice at once. The second waits for the first one's rows, finds them changed or stumbles
    over the client's id, and answers what the first answered."""
    try:
        outcome = await verb()
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
    sight = await click_sql.read(member, conversation_id, client_id)
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


async def _first_text(member: Membership, sight: click_sql.ClickRows, client_id: uuid.UUID, seen: str) -> Outcome:
    contact, conversation, campaign, script = sight.contact, sight.conversation, sight.action.campaign, sight.script
    assert script is not None
    text = await rendering.render(campaign, script, contact, member.user, conversation.id)
    if not text.unfilled and text.hash != seen:
        return Changed()
    number = await choice.number_of(campaign, contact, first=True, kept=sight.number)
    asked = await facts.gather(
        campaign,
        contact,
        conversation.id,
        number,
        INITIAL,
        text.text,
        unfilled=text.unfilled,
        picture_id=script.picture_id,
    )
    verdict = safeguards.may_send(asked, clock.now())
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
    return Queued(await click_sql.store_text(draft, "texted_at", *back))


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
    sight = await click_sql.read(member, conversation_id, client_id)
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
    member: Membership, sight: click_sql.ClickRows, client_id: uuid.UUID, script: Script | None, typed: str
) -> Outcome:
    contact, conversation, action = sight.contact, sight.conversation, sight.action
    text = await rendering.render(action.campaign, script, contact, member.user, conversation.id) if script else None
    body, unfilled = (text.text, text.unfilled) if text else (typed.strip(), ())
    does = await effects.of(script)
    number = await choice.number_of(action.campaign, contact, kept=sight.number)
    kind, picture_id = CONFIRMATION if does.opts_out else FOLLOW_UP, script.picture_id if script else None
    asked = await facts.gather(
        action.campaign,
        contact,
        conversation.id,
        number,
        kind,
        body,
        confirms_opt_out=does.opts_out,
        unfilled=unfilled,
        picture_id=picture_id,
    )
    verdict = safeguards.may_send(asked, clock.now())
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
    message = await click_sql.store_text(draft, "needs_attention", "unread")
    await effects.apply(does, message)
    return Queued(message)


def holds(member: Membership, conversation: Conversation) -> bool:
    """May this member write here? The holder; staff where it was handed to the staff."""
    return conversation.user_id == member.user_id or (conversation.with_staff and member.is_staff)


def _may_take_back(conversation: Conversation, member: Membership) -> bool:
    free = conversation.user_id is None and not conversation.with_staff
    return free and conversation.last_holder_id == member.user_id


def _stopped(action: Action) -> str:
    return "setup" if not action.campaign.set_up else action.first_texts_stopped(clock.now())
