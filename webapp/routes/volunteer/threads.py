"""One thread: read it, and answer it (SPEC V6)."""

from __future__ import annotations

import uuid
from typing import Any

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException

from webapp import clock, queue, words
from webapp.access import finding
from webapp.http import forms, pages
from webapp.http.forms import Form
from webapp.http.pages import page
from webapp.models.accounts.users import Membership
from webapp.models.assignments import assigning
from webapp.models.cards import thread as threads
from webapp.models.contacts.zones import zones_of
from webapp.models.conversations import inbox
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import CANCELLED, Message
from webapp.models.sending import click, undo
from webapp.routes.volunteer import responses
from webapp.rules import segments
from webapp.words import later

STOPPED = {
    "first": later("Their first text has not been sent yet, so you can't follow up. Nothing was sent."),
    "tags": later("No text of ours has arrived here yet, so no script may tag or opt out. Nothing was sent."),
    "member": later("You can't text for this campaign now. Ask an admin."),
    "scripts": later("This campaign uses scripts only. Choose one with Follow Up."),
    "changed": later("This script has changed. Nothing was sent. Read it again, then send."),
}


@get("/threads/{conversation_id:int}")
async def thread(
    request: Request,
    member: Membership,
    conversation_id: int,
    follow: int = 0,
    q: str = "",
    said: str = "",
    message: int = 0,
) -> Response:
    """``said``: what was just done here, confirmed in a sentence. ``message``: the text of ours that it was done to."""
    conversation = await finding.once_held(member, conversation_id)
    if not conversation.held_by(member):
        return await _left(request, conversation)
    await inbox.read(conversation, member)
    form = (
        Form(typed={"body": await undo.typed_words(conversation.id, member, finding.row_id(message))})
        if said == "undone"
        else None
    )
    return await _thread(request, member, conversation, follow=bool(follow), q=q[:80], said=said[:20], form=form)


async def _left(request: Request, conversation: Conversation) -> Response:
    """An open page that asks for news learns that the thread has moved; as a page of its own it is not there (V9)."""
    if pages.is_partial(request):
        return await _moved(request, conversation)
    raise NotFoundException


@get("/threads/{conversation_id:int}/messages")
async def back_to_thread(request: Request, member: Membership, conversation_id: int) -> Response:
    """The address that a refused reply leaves in the browser: opened again, it shows the thread."""
    conversation = await finding.held_conversation(member, conversation_id)
    return pages.redirect(request, path_of(conversation, member))


@post("/threads/{conversation_id:int}/messages")
async def reply(request: Request, member: Membership, conversation_id: int) -> Response:
    """A response script, or typed words. The same form twice is one text, whatever happened to the thread between."""
    conversation, form = await finding.once_held(member, conversation_id), Form(await request.form())
    client_id = forms.uuid_of(str(form.data.get("client_message_id", "")))
    before = await finding.text_of_form(member, conversation, client_id)
    if not conversation.held_by(member):  # the last holder learns that it moved, and nothing else (G2)
        return await _moved(request, conversation, form, before)
    if before and before.status != CANCELLED:
        return pages.redirect(request, path_of(conversation, member))
    chosen, typed = await _written(conversation, form)
    if client_id is None or before or not form:
        return await _refused(request, member, conversation, form)
    outcome = await click.send_reply(member, conversation.id, client_id, chosen, typed, _seen(form))
    return await _answer(request, member, conversation, form, outcome)


async def _written(conversation: Conversation, form: Form) -> tuple[click.Chosen | None, str]:
    """The script or the typed words of a reply; what is wrong is noted in the form."""
    chosen = await _chosen(conversation, form)
    typed = "" if chosen or form.errors else _typed(form)
    return chosen, typed


def _seen(form: Form) -> int | None:
    """Nobody answers words that the contact has taken back meanwhile: the page says which of their texts was seen last."""
    return finding.shown_id(form.data["seen"]) if "seen" in form.data else None


async def _chosen(conversation: Conversation, form: Form) -> click.Chosen | None:
    """The script that was chosen. One that the office has archived since it was shown is refused."""
    chosen = str(form.data.get("script", ""))
    if not chosen.isdecimal():
        return None
    script = await finding.live_script_of(conversation.action, int(chosen[:12]))
    if script is None:
        form.wrong("body", words.gettext("This script is no longer offered. Nothing was sent. Choose another."))
        return None
    return click.Chosen(script, str(form.data.get(f"version_{chosen[:12]}", "")))


def _typed(form: Form) -> str:
    typed = form.long_text("body", words.gettext("The text"), segments.LONGEST)
    if "##{{" in typed:
        form.wrong("body", words.gettext("Variables only work in scripts. Type the words themselves."))
    if not typed:
        form.wrong("body", words.gettext("There is no text yet. Nothing was sent."))
    return typed


async def _answer(
    request: Request, member: Membership, conversation: Conversation, form: Form, outcome: click.Outcome
) -> Response:
    match outcome:
        case click.Queued(message):
            await queue.drain_when_due(message.number_id or 0, member.campaign.undo_seconds)
            return pages.redirect(request, path_of(conversation, member, "sent"))
        case click.Moved():
            return await _moved(request, conversation, form)
        case click.WroteAgain():
            name = conversation.campaign.contact_name(conversation.contact.first_name)
            form.wrong(
                "body", words.gettext("%(name)s has written again. Nothing was sent. Read it, then send.", name=name)
            )
        case click.Reused():
            form.wrong(
                "body", words.gettext("That press was for another thread. Nothing was sent here. Press Send again.")
            )
        case click.Declined(_):
            kept = words.gettext("Nothing was sent. Your words are kept.")
            if "script" in form.data:
                kept = words.gettext("Nothing was sent.")
            form.wrong("body", f"{words.gettext(outcome.sentence)} {kept}")
        case click.HELD_BACK:
            return pages.go_to(request, f"/c/{member.campaign.slug}/waiting")
        case click.Stopped(why):
            form.wrong("body", words.gettext(STOPPED.get(why, STOPPED["member"])))
    return await _refused(request, member, conversation, form)


async def _refused(request: Request, member: Membership, conversation: Conversation, form: Form) -> Response:
    """The thread with the reason, and the words or the choice of script as they were."""
    form.wrong("body", words.gettext("That could not be read, or was taken back. Nothing was sent. Press Send again."))
    follow, q = "script" in form.data, str(form.data.get("q", ""))[:80]
    now = await threads.conversation(conversation.campaign_id, conversation.id) or conversation
    return await _thread(request, member, now, status=422, form=form, follow=follow, q=q)


async def _moved(
    request: Request, conversation: Conversation, form: Form | None = None, before: Message | None = None
) -> Response:
    """``form``: a reply that came too late; its words are shown, to be copied. ``before``: the text this very form has
    sent already."""
    typed = str(form.data.get("body", ""))[: segments.LONGEST] if form else ""
    return page(
        request,
        "volunteer/thread/moved.html",
        "volunteer/thread/_moved.html",
        status_code=409,
        moved=await assigning.whereabouts(conversation.id),
        thread=f"/c/{conversation.campaign.slug}/threads/{conversation.id}",
        typed=typed,
        refused=form is not None and before is None,
        before=before is not None and before.status != CANCELLED,
    )


@post("/segments")
async def count_segments(request: Request, member: Membership) -> Response:
    """The cost of a reply, while it is typed."""
    text = str((await request.form()).get("body", ""))[:4000]
    return page(request, "components/_segment_count.html", counted=segments.count(text), text=text)


async def _thread(
    request: Request,
    member: Membership,
    conversation: Conversation,
    status: int = 200,
    follow: bool = False,
    q: str = "",
    said: str = "",
    form: Form | None = None,
) -> Response:
    history = await threads.history(conversation.contact_id)
    given: dict[str, Any] = {
        "messages": history,
        "form": _draft(member, history) if form is None else form,
        "follow": follow,
        "q": q,
        "said": said,
        "oob": False,
        "scripts": await responses.previews(member, conversation, q) if follow else [],
        "beginnings": await responses.beginnings(conversation) if follow else [],
        **await _about(conversation),
    }
    return page(request, "volunteer/thread/thread.html", "volunteer/thread/_part.html", status_code=status, **given)


async def _about(conversation: Conversation) -> dict[str, Any]:
    contact, (tags, asked) = conversation.contact, await threads.tags(conversation)
    return {
        "conversation": conversation,
        "contact": contact,
        "client_id": uuid.uuid4(),
        "opens_at": await inbox.opens_at(conversation),
        "contact_zones": await zones_of(conversation.campaign, contact.zone_set_id),
        "tags": tags,
        "all_tags": asked,
        "at": clock.now(),
    }


def _draft(member: Membership, history: list[Message]) -> Form:
    """A reply refused at the last moment comes back into the composer (X3)."""
    ours = [message for message in history if message.ours]
    refused = bool(ours) and ours[-1].status == "refused" and ours[-1].user_id == member.user_id
    return Form(typed={"body": ours[-1].body if refused else ""})


def path_of(conversation: Conversation, member: Membership, said: str = "") -> str:
    """The thread at its newest text. ``said``: a query that confirms what was done."""
    return f"/c/{member.campaign.slug}/threads/{conversation.id}{said and '?said=' + said}#newest"


HANDLERS = [thread, back_to_thread, reply, count_segments]
