"""The queue: one person, one text, one button (SPEC V4)."""

from __future__ import annotations

import uuid
from typing import Any

from litestar import Request, Response, get, post

from webapp import access, clock, forms, pages, queue, words
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import Action
from webapp.models.contacts import labels
from webapp.models.contacts.zones import zones_of
from webapp.models.conversations import assigning, buckets, going_back, hours, start
from webapp.models.conversations.buckets import Bucket
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import INITIAL, QUEUED, Message, first_texts_of
from webapp.models.scripts import rendering
from webapp.models.sending import click, undo
from webapp.pages import page

JUST_SENT = 7


@get("/actions/{action_id:int}/queue")
async def queue_page(request: Request, member: Membership, action_id: int) -> Response:
    action = await access.open_action(member, action_id)
    return await _queue(request, member, action)


@post("/queue/{conversation_id:int}/messages")
async def send(request: Request, member: Membership, conversation_id: int) -> Response:
    """Send: this text to this person. The card's hash says what was read; the server renders again."""
    form = await request.form()
    client_id = forms.uuid_of(str(form.get("client_message_id", "")))
    if client_id is None:
        conversation = await access.once_held(member, conversation_id)
        return await _queue(request, member, conversation.action, notice="again", status=422)
    outcome = await click.send_first(member, access.row_id(conversation_id), client_id, str(form.get("hash", "")))
    if isinstance(outcome, click.Queued):
        await queue.drain_when_due(outcome.message.number_id or 0, member.campaign.undo_seconds)
        return pages.redirect(request, _path(member, outcome.message.action_id or 0))
    return await _refused(request, member, await access.once_held(member, conversation_id), outcome)


async def _refused(
    request: Request, member: Membership, conversation: Conversation, outcome: click.Outcome
) -> Response:
    name = conversation.contact.first_name
    match outcome:
        case click.Changed():
            return await _queue(request, member, conversation.action, notice="changed", status=409, first=conversation)
        case click.Moved():
            moved = await assigning.whereabouts(conversation.id)
            return await _queue(request, member, conversation.action, notice="moved", status=409, moved=moved)
        case click.Declined(_):
            return await _queue(
                request,
                member,
                conversation.action,
                notice="declined",
                status=409,
                why=words.gettext(outcome.sentence),
                name=name,
            )
        case click.Stopped(why):
            return await _queue(request, member, conversation.action, notice=why, status=409)
    raise AssertionError(outcome)


@post("/queue/{conversation_id:int}/skips")
async def skip(request: Request, member: Membership, conversation_id: int) -> Response:
    """To the end of the bucket; the second time back to the pool."""
    conversation = await access.held_conversation(member, conversation_id)
    if conversation.user_id == member.user_id:
        await going_back.skip(conversation)
    return pages.redirect(request, _path(member, conversation.action_id))


@post("/messages/{message_id:int}/cancellation")
async def undo_send(request: Request, member: Membership, message_id: int) -> Response:
    message = await access.own_message(member, message_id)
    undone = await undo.take_back(member, message.id)
    if message.kind != INITIAL:
        return pages.redirect(request, f"/c/{member.campaign.slug}/threads/{message.conversation_id}#newest")
    conversation = await access.once_held(member, message.conversation_id or 0)
    if not undone:
        return await _queue(request, member, conversation.action, notice="left", status=409)
    return await _queue(request, member, conversation.action, notice="undone", first=await _fresh(conversation))


async def _fresh(conversation: Conversation) -> Conversation:
    return await Conversation.get(id=conversation.id).select_related("contact", "action", "campaign", "script")


async def _queue(
    request: Request,
    member: Membership,
    action: Action,
    notice: str = "",
    status: int = 200,
    first: Conversation | None = None,
    **context: Any,
) -> Response:
    """The next card; or that the bucket is finished, or everybody in it asleep."""
    action.campaign = member.campaign
    bucket = await buckets.current(action, member.user)
    if bucket is None:
        return pages.go_to(request, f"/c/{member.campaign.slug}/actions/{action.id}")
    mine = first is not None and first.user_id == member.user_id and first.texted_at is None
    conversation = first if mine else await start.next_in_queue(action, member.user)
    if conversation is None:
        await buckets.finish_if_done(bucket)
    sent = await first_texts_of(bucket, JUST_SENT)
    shared = {
        "action": action,
        "bucket": bucket,
        "progress": await buckets.progress(bucket, member.campaign),
        "notice": notice,
        "undoable": _undoable(sent),
        "just_sent": sent,
        "closed": action.first_texts_stopped(clock.now()),
        "returned": await going_back.returned(bucket),
        "why": "",
        "name": "",
        "moved": ("", ""),
        **context,
    }
    if conversation is None:
        return await _nobody(request, member, action, bucket, status, shared)
    card = await _card(member, action, conversation)
    return page(
        request, "volunteer/queue/queue.html", "volunteer/queue/_queue.html", status_code=status, card=card, **shared
    )


async def _card(member: Membership, action: Action, conversation: Conversation) -> dict[str, Any]:
    contact = conversation.contact
    assert conversation.script
    text = await rendering.render(action.campaign, conversation.script, contact, member.user, conversation.id)
    zones = await zones_of(action.campaign, contact.zone_set_id)
    return {
        "conversation": conversation,
        "contact": contact,
        "text": text,
        "zone": zones[0],
        "client_id": uuid.uuid4(),
        "tags": (await labels.tags_of([contact.id]))[contact.id],
        "texted_before": await Message.filter(contact_id=contact.id, direction="out", status="taken").exists(),
    }


async def _nobody(
    request: Request, member: Membership, action: Action, bucket: Bucket, status: int, shared: dict[str, Any]
) -> Response:
    asleep = await hours.asleep(action, member.user)
    return page(
        request,
        "volunteer/queue/empty.html",
        "volunteer/queue/_empty.html",
        status_code=status,
        asleep=asleep,
        asleep_people=sum(group.people for group in asleep),
        **shared,
    )


def _undoable(sent: list[Message]) -> dict[str, Any] | None:
    """The newest first text that has not left yet, and for how many seconds it can still be undone."""
    message = next((m for m in sent if m.status == QUEUED), None)
    if message is None or message.due_at is None:
        return None
    left = (message.due_at - clock.now()).total_seconds()
    return {"message": message, "seconds": round(left)} if left > 0 else None


def _path(member: Membership, action_id: int) -> str:
    return f"/c/{member.campaign.slug}/actions/{action_id}/queue"


HANDLERS = [queue_page, send, skip, undo_send]
