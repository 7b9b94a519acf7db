"""The click on a card: one tap of a volunteer becomes one queued first text, or a reason why not (SPEC V4, A11).

Nearly every tap finds its rows as they were read a moment ago. So on PostgreSQL they are read with the login, without locks,
and judged, and one statement writes the text on the condition that they are the same still, and reads the next card. Where they
are not, or the answer is no, the same is done once more under locks.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from webapp import clock, database
from webapp.database import Row, transactional
from webapp.database.statements import Statement
from webapp.models import tallies
from webapp.models.accounts.users import Membership
from webapp.models.actions import limits
from webapp.models.actions.action import Action
from webapp.models.actions.script import Script
from webapp.models.cards import following
from webapp.models.cards.following import OnPage
from webapp.models.conversations import buckets, making
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import INITIAL, Message
from webapp.models.numbers import choice
from webapp.models.scripts import rendering
from webapp.models.sending import click_sql, facts
from webapp.models.sending.click import Changed, Declined, Moved, Outcome, Queued, Stopped, earlier, once
from webapp.models.sending.click_sql import ClickRows, Draft
from webapp.models.sending.facts import Text
from webapp.rules import safeguards, variables


@dataclass(frozen=True)
class _Refused:
    """A safeguard refuses the text; the conversation is told."""

    code: int
    version: int


@dataclass(frozen=True)
class _Archived:
    """The conversation's script is archived; another is to be picked."""


async def send_first(
    member: Membership,
    conversation_id: int,
    client_id: uuid.UUID,
    seen: str,
    read: ClickRows | None = None,
    page: OnPage = OnPage(),
) -> Outcome:
    """``seen`` is the card's hash. The member holds the conversation, or held it last and it is free again (S8). ``read``: its
    rows as they were read with the login. ``page``: the one with the card."""
    if read and (stored := await at_once(member, read, client_id, seen, page)):
        return stored
    return await once(member, conversation_id, client_id, lambda: _with_locks(member, conversation_id, client_id, seen))


async def at_once(member: Membership, rows: ClickRows, client_id: uuid.UUID, seen: str, page: OnPage) -> Queued | None:
    """The same statement reads the card behind those of the page. None where it takes locks to say what becomes of the press."""
    if rows.conversation.user_id != member.user_id:
        return None
    draft = await _judged(member, rows, client_id, seen)
    if not isinstance(draft, Draft) or not draft.script or variables.links(draft.script.body):
        return None
    ahead = page.ahead
    behind = await following.beside_sending(member, rows.action, rows.conversation, ahead) if ahead else None
    if (stored := await database.one_statement(lambda: _stored_as_read(rows, draft, behind))) is None:
        return None
    message, row = stored
    if behind is None:
        return Queued(message, action=rows.action)
    after = await following.after_sending(member.campaign, row, message, rows.contact, page.mark)
    return Queued(message, action=rows.action, following=after)


@transactional
async def _with_locks(member: Membership, conversation_id: int, client_id: uuid.UUID, seen: str) -> Outcome:
    rows = await click_sql.read(member, conversation_id, client_id)
    if rows is None:
        return Moved()
    if rows.earlier_id and (found := await earlier(member, conversation_id, client_id)):
        return found
    match await _judged(member, rows, client_id, seen):
        case Draft() as draft:
            return await _stored(member, rows, draft)
        case _Archived():
            return Changed() if await making.pick_one(rows.conversation) else Stopped("script")
        case _Refused(code, version):
            return await _decline(rows.conversation, code, version)
        case outcome:
            return outcome


async def _judged(
    member: Membership, rows: ClickRows, client_id: uuid.UUID, seen: str
) -> Draft | _Archived | _Refused | Outcome:
    """The outcome of the press, by these rows. Writes nothing."""
    if (conversation := rows.conversation).user_id != member.user_id and not conversation.free_for(member):
        return Moved()
    if why := _stopped(rows.action) or await limits.stop(member, rows.action) if rows.active else "member":
        return Stopped(why)
    texted_already = conversation.texted_at is not None
    if code := conversation.closed_code or safeguards.already_texted(INITIAL, texted_already):
        return Declined(code)
    if rows.script is None or rows.script.id != conversation.script_id:  # picked anew while this click waited
        return Changed()
    return _Archived() if rows.script.archived_at else await _text(member, rows, rows.script, client_id, seen)


async def _text(
    member: Membership, rows: ClickRows, script: Script, client_id: uuid.UUID, seen: str
) -> Draft | _Refused | Outcome:
    contact, conversation, campaign = rows.contact, rows.conversation, rows.action.campaign
    rendered = await rendering.render(campaign, script, contact, member.user, conversation.id)
    if rendered.stopped:
        return Stopped(rendered.stopped)
    if not rendered.unfilled and rendered.hash != seen:
        return Changed()
    number = await choice.number_of(campaign, contact, first=True, kept=rows.number)
    text = Text(
        kind=INITIAL,
        body=rendered.text,
        message_id=None,
        conversation_id=conversation.id,
        picture_id=script.picture_id,
        unfilled=rendered.unfilled,
        texted_already=conversation.texted_at is not None,
        confirms_opt_out=False,
        clicked_at=None,
    )
    verdict = safeguards.may_send(await facts.gather(campaign, contact, number, text), clock.now())
    if isinstance(verdict, safeguards.Refused):
        return _Refused(verdict.code, script.version)
    return Draft(member, contact, conversation, rows.action, number, client_id, INITIAL, text.body, script)


async def _stored(member: Membership, rows: ClickRows, draft: Draft) -> Queued:
    with tallies.counting(rows.conversation) as changed:
        if rows.conversation.user_id != member.user_id:
            await buckets.take_back(rows.conversation, member.user_id)
        _mark(rows.conversation, draft)
    return Queued(await click_sql.store_text(draft, changed), action=rows.action)


async def _stored_as_read(rows: ClickRows, draft: Draft, behind: Statement | None) -> tuple[Message, Row]:
    assert rows.same
    with tallies.counting(rows.conversation) as changed:
        _mark(rows.conversation, draft)
    return await click_sql.store_as_read(draft, changed, rows.same, behind)


def _mark(conversation: Conversation, draft: Draft) -> None:
    conversation.texted_at = clock.now()
    conversation.script_version = draft.script.version if draft.script else None


async def _decline(conversation: Conversation, code: int, version: int) -> Declined:
    async with tallies.moving(conversation):
        conversation.refuse(code)
        conversation.script_version = version if conversation.closed_code else None
    await tallies.hit(conversation.action_id, conversation.id, code)
    return Declined(code)


def _stopped(action: Action) -> str:
    return "setup" if not action.campaign.can_text else action.first_texts_stopped(clock.now())
