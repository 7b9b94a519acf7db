"""The outcome of a press of Send: one queued text, or a reason why not; and the click on a reply (SPEC V6). No network here."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from tortoise.exceptions import IntegrityError

from webapp import clock
from webapp.database import transactional
from webapp.models import tallies
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import Action
from webapp.models.actions.script import Script
from webapp.models.cards.following import Following
from webapp.models.conversations import attention, inbox
from webapp.models.conversations.message import CONFIRMATION, FOLLOW_UP, RECEIVED, SENDING, TAKEN, UNKNOWN, Message
from webapp.models.numbers import choice
from webapp.models.opt_outs import bounds
from webapp.models.scripts import rendering
from webapp.models.sending import click_sql, effects, facts
from webapp.models.sending.click_sql import ClickRows, Draft
from webapp.models.sending.facts import Text
from webapp.rules import errors, safeguards


@dataclass(frozen=True)
class Queued:
    """The text is stored and will leave. ``again``: by the same click before. ``action`` and ``following``: as the click read
    them, if it did."""

    message: Message
    again: bool = False
    action: Action | None = None
    following: Following | None = None


@dataclass(frozen=True)
class Changed:
    """The text is not the one the card showed (A11). Nothing was sent; the volunteer reads the new card first."""


@dataclass(frozen=True)
class WroteAgain:
    """The contact has written since the page was read. Nothing was sent."""


@dataclass(frozen=True)
class Moved:
    """Somebody else holds the conversation now. Nothing was sent."""


@dataclass(frozen=True)
class Reused:
    """The form's client id stands in a text to somebody else, or in another user's. This press sent nothing."""


@dataclass(frozen=True)
class Declined:
    """A safeguard refuses the text."""

    code: int

    @property
    def sentence(self) -> str:
        return errors.explain(self.code).meaning


@dataclass(frozen=True)
class Stopped:
    """Nothing may be sent, whatever the text.

    "setup", "stopped", "paused", "cap", "ended", "limits": first texts are stopped.
    "member": the volunteer may not text. "budget": this press paused them (V9). "scripts": they may only send scripts.
    "first": there is no first text. "tags": no text of ours was taken, and the script would set tags (V9).
    "changed": the response script is not as it was shown. "script": there is no initial script in use. "text": the text
    brings what it may not. "sender": the sender or the campaign has not given what it needs.
    """

    why: str


@dataclass(frozen=True)
class Chosen:
    """A response script. ``shown``: its version on the page that was pressed; "" where the page doesn't say."""

    script: Script
    shown: str = ""

    @property
    def changed(self) -> bool:
        return self.shown not in ("", str(self.script.version))


HELD_BACK = Stopped("budget")
Outcome = Queued | Changed | WroteAgain | Moved | Reused | Declined | Stopped
T = TypeVar("T")


async def send_reply(
    member: Membership,
    conversation_id: int,
    client_id: uuid.UUID,
    chosen: Chosen | None,
    typed: str = "",
    seen: int | None = None,
) -> Outcome:
    """A response script, or typed words where the campaign lets volunteers type (S6). ``seen``: the newest text of theirs
    that the page showed; None where it doesn't say."""
    return await once(
        member, conversation_id, client_id, lambda: _send_reply(member, conversation_id, client_id, chosen, typed, seen)
    )


async def once(
    member: Membership, conversation_id: int | None, client_id: uuid.UUID, verb: Callable[[], Awaitable[T]]
) -> T | Queued | Reused:
    """The same click may come twice at once. The second waits for the first one's locks, then finds its rows changed or
    its client id taken, and answers what the first answered. ``verb`` is one transaction of its own."""
    try:
        outcome = await verb()
        if isinstance(outcome, Queued) or outcome == HELD_BACK:
            return outcome
    except IntegrityError:
        if found := await earlier(member, conversation_id, client_id):
            return found
        raise
    return await earlier(member, conversation_id, client_id) or outcome


async def earlier(member: Membership, conversation_id: int | None, client_id: uuid.UUID) -> Queued | Reused | None:
    """The text that this very press has stored before; None where it comes for the first time. ``conversation_id``: None for a
    test."""
    message = await Message.get_or_none(client_id=client_id)
    if message is None:
        return None
    own = message.user_id == member.user_id and message.conversation_id == conversation_id
    return Queued(message, again=True) if own else Reused()


@transactional
async def _send_reply(
    member: Membership, conversation_id: int, client_id: uuid.UUID, chosen: Chosen | None, typed: str, seen: int | None
) -> Outcome:
    rows = await click_sql.read(member, conversation_id, client_id)
    if rows is None:
        return Moved()
    if rows.earlier_id and (found := await earlier(member, conversation_id, client_id)):
        return found
    if not rows.conversation.held_by(member):
        return Moved()
    if seen is not None and await inbox.wrote_since(rows.contact.id, seen):
        return WroteAgain()
    if why := await _reply_stopped(rows, chosen):
        return Stopped(why)
    return await _reply(member, rows, client_id, chosen.script if chosen else None, typed)


async def _reply_stopped(rows: ClickRows, chosen: Chosen | None) -> str:
    if not rows.active:
        return "member"
    if chosen and chosen.changed:
        return "changed"
    if chosen is None and rows.action.campaign.disable_custom_responses:
        return "scripts"
    left = {"conversation_id": rows.conversation.id, "status__in": (SENDING, UNKNOWN, TAKEN, RECEIVED)}
    return "" if await Message.exists(**left) else "first"


async def _reply(
    member: Membership, rows: ClickRows, client_id: uuid.UUID, script: Script | None, typed: str
) -> Outcome:
    contact, conversation, campaign = rows.contact, rows.conversation, rows.action.campaign
    does = await effects.of(script)
    if does.tags and not await bounds.may_judge(conversation, member.user):
        return Stopped("tags")
    text = await _reply_text(member, rows, script, typed, does.opts_out)
    number = await choice.number_of(campaign, contact, kept=rows.number)
    verdict = safeguards.may_send(await facts.gather(campaign, contact, number, text), clock.now())
    if isinstance(verdict, safeguards.Refused):
        await tallies.hit(conversation.action_id, conversation.id, verdict.code)
        return Declined(verdict.code)
    with tallies.counting(conversation) as changed:
        attention.nobody_waits(conversation)
    draft = Draft(member, contact, conversation, rows.action, number, client_id, text.kind, text.body, script)
    message = await click_sql.store_text(draft, changed, count_now=not does)
    return Queued(message) if await effects.apply(does, message, contact) else HELD_BACK


async def _reply_text(member: Membership, rows: ClickRows, script: Script | None, typed: str, opts_out: bool) -> Text:
    body, unfilled = typed.strip(), tuple[str, ...]()
    if script:
        campaign = rows.action.campaign
        made = await rendering.render(campaign, script, rows.contact, member.user, rows.conversation.id)
        body, unfilled = made.text, made.unfilled
    return Text(
        kind=CONFIRMATION if opts_out else FOLLOW_UP,
        body=body,
        message_id=None,
        conversation_id=rows.conversation.id,
        picture_id=script.picture_id if script else None,
        unfilled=unfilled,
        texted_already=rows.conversation.texted_at is not None,
        confirms_opt_out=opts_out,
        clicked_at=None,
    )
