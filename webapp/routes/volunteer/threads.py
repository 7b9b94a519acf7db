"""One thread: read it, answer it, opt out, block, hand over (SPEC V6, V8, V10)."""

from __future__ import annotations

import uuid
from collections import Counter
from typing import Any

from litestar import Request, Response, get, post

from webapp import access, clock, forms, pages, queue, words
from webapp.forms import Form
from webapp.models.accounts.users import Membership
from webapp.models.actions.script import RESPONSE, Script
from webapp.models.contacts import labels
from webapp.models.contacts.zones import zones_of
from webapp.models.conversations import assigning, inbox
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import Message
from webapp.models.opt_outs import blocking, opting_out, possible
from webapp.models.opt_outs.opt_out import FROM_VOLUNTEER
from webapp.models.reports import filing
from webapp.models.results import results
from webapp.models.scripts import rendering
from webapp.models.sending import click
from webapp.pages import page
from webapp.rules import segments

STOPPED = {
    "first": "Their first text has not been sent yet, so you can't follow up. Nothing was sent.",
    "member": "You can't text for this campaign now. Ask an admin.",
    "scripts": "This campaign uses scripts only. Choose one with Follow Up.",
}


@get("/threads/{conversation_id:int}")
async def thread(request: Request, member: Membership, conversation_id: int, follow: int = 0, q: str = "") -> Response:
    conversation = await access.held_conversation(member, conversation_id)
    await inbox.read(conversation, member)
    return await _thread(request, member, conversation, follow=bool(follow), q=q[:80])


@get("/threads/{conversation_id:int}/messages")
async def back_to_thread(request: Request, member: Membership, conversation_id: int) -> Response:
    """The address that a refused reply leaves in the browser: opened again, it shows the thread."""
    conversation = await access.held_conversation(member, conversation_id)
    return pages.redirect(request, _path(conversation, member))


@post("/threads/{conversation_id:int}/messages")
async def reply(request: Request, member: Membership, conversation_id: int) -> Response:
    """A response script, or typed words."""
    conversation, form = await access.once_held(member, conversation_id), Form(await request.form())
    if not conversation.held_by(member):  # the last holder learns that it moved, and nothing else (G2)
        return await _moved(request, conversation)
    script = await _script(conversation, str(form.data.get("script", "")))
    typed = "" if script else _typed(form)
    client_id = forms.uuid_of(str(form.data.get("client_message_id", "")))
    if client_id is None or not form:
        return await _thread(request, member, conversation, status=422, form=form)
    outcome = await click.send_reply(member, conversation.id, client_id, script, typed)
    return await _answer(request, member, conversation, outcome, form)


def _typed(form: Form) -> str:
    typed = form.long_text("body", words.gettext("The text"), segments.LONGEST)
    if "##{{" in typed:
        form.wrong("body", words.gettext("Variables only work in scripts. Type the words themselves."))
    if not typed:
        form.wrong("body", words.gettext("There is no text yet. Nothing was sent."))
    return typed


async def _answer(
    request: Request, member: Membership, conversation: Conversation, outcome: click.Outcome, form: Form
) -> Response:
    match outcome:
        case click.Queued(message):
            await queue.drain_when_due(message.number_id or 0, member.campaign.undo_seconds)
            return pages.redirect(request, _path(conversation, member))
        case click.Moved():
            return await _moved(request, conversation)
        case click.Declined(_):
            kept = words.gettext("Nothing was sent. Your words are kept.")
            form.wrong("body", f"{words.gettext(outcome.sentence)} {kept}")
        case click.Stopped(why):
            form.wrong("body", words.gettext(STOPPED.get(why, STOPPED["member"])))
    return await _thread(request, member, conversation, status=422, form=form)


async def _moved(request: Request, conversation: Conversation) -> Response:
    moved = await assigning.whereabouts(conversation.id)
    return page(request, "volunteer/thread/moved.html", "volunteer/thread/_moved.html", status_code=409, moved=moved)


@post("/threads/{conversation_id:int}/opt-out-decision")
async def decide(request: Request, member: Membership, conversation_id: int) -> Response:
    """V8: did those words mean no more texts?"""
    conversation, form = await access.held_conversation(member, conversation_id), await request.form()
    await possible.decide(conversation, member.user, opts_out=not form.get("not"))
    return pages.redirect(request, _path(conversation, member))


@post("/threads/{conversation_id:int}/opt-out")
async def opt_out(request: Request, member: Membership, conversation_id: int) -> Response:
    conversation = await access.held_conversation(member, conversation_id)
    await opting_out.opt_out_by_hand(conversation.contact_id, FROM_VOLUNTEER, member.user)
    return pages.redirect(request, _path(conversation, member))


@post("/threads/{conversation_id:int}/block")
async def block(request: Request, member: Membership, conversation_id: int) -> Response:
    conversation = await access.held_conversation(member, conversation_id)
    await blocking.block(conversation, member.user)
    return pages.redirect(request, _path(conversation, member))


@post("/threads/{conversation_id:int}/handover")
async def hand_over(request: Request, member: Membership, conversation_id: int) -> Response:
    """To an admin: the thread leaves this inbox."""
    conversation = await access.held_conversation(member, conversation_id)
    await assigning.hand_to_staff(conversation.id, member.user)
    return pages.go_to(request, f"/c/{member.campaign.slug}/inbox")


@post("/threads/{conversation_id:int}/tags")
async def add_tag(request: Request, member: Membership, conversation_id: int) -> Response:
    conversation, form = await access.held_conversation(member, conversation_id), await request.form()
    asked = await filing.questions(conversation.action)
    tag = next((tag for tag in asked.tags if tag.slug == form.get("tag")), None)
    if tag:
        await filing.tag_contact(conversation, tag, member.user)
    return pages.redirect(request, _path(conversation, member))


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
    form: Form | None = None,
) -> Response:
    await conversation.fetch_related("contact", "action__campaign")
    history = await inbox.history(conversation.contact_id)
    given: dict[str, Any] = {
        "messages": history,
        "form": _draft(member, history) if form is None else form,
        "follow": follow,
        "q": q,
        "scripts": await _previews(member, conversation, q) if follow else [],
        "groups": await _groups(conversation) if follow else [],
        **await _about(conversation),
    }
    return page(request, "volunteer/thread/thread.html", "volunteer/thread/_thread.html", status_code=status, **given)


async def _about(conversation: Conversation) -> dict[str, Any]:
    contact = conversation.contact
    return {
        "conversation": conversation,
        "contact": contact,
        "client_id": uuid.uuid4(),
        "opens_at": await inbox.opens_at(conversation),
        "contact_zones": await zones_of(conversation.campaign, contact.zone_set_id),
        "tags": (await labels.tags_of([contact.id]))[contact.id],
        "all_tags": (await filing.questions(conversation.action)).tags,
        "at": clock.now(),
    }


def _draft(member: Membership, history: list[Message]) -> Form:
    """A reply refused at the last moment comes back into the composer (X3)."""
    ours = [message for message in history if message.ours]
    refused = bool(ours) and ours[-1].status == "refused" and ours[-1].user_id == member.user_id
    return Form(typed={"body": ours[-1].body if refused else ""})


async def _previews(member: Membership, conversation: Conversation, q: str) -> list[dict[str, Any]]:
    """Response scripts with this person's values in them, the most used first; one that can't be filled says so. A
    search looks in what the person would read."""
    scripts = await Script.of(conversation.action, RESPONSE)
    uses = await results.uses([script.id for script in scripts])
    texts = await rendering.preview_all(conversation.campaign, scripts, conversation.contact, member.user)
    filled = [
        {
            "script": script,
            "text": text,
            "billed": segments.billed(segments.count(text.text), bool(script.picture_id)),
            "used": uses.get(script.id, 0),
        }
        for script, text in zip(scripts, texts, strict=True)
        if q.lower() in f"{script.name} {text.text}".lower()
    ]
    return sorted(filled, key=lambda row: -row["used"])  # as ordered by the office where they are used alike


async def _groups(conversation: Conversation) -> list[str]:
    """The words before the colon that several scripts' names share: "Attending" of "Attending: Yes"."""
    heads = [script.name.partition(":") for script in await Script.of(conversation.action, RESPONSE)]
    count = Counter(head.strip() for head, colon, _ in heads if colon)
    return [head for head, number in count.items() if number > 1]


async def _script(conversation: Conversation, script_id: str) -> Script | None:
    if not script_id.isdecimal():
        return None
    return await access.script_of(conversation.action, int(script_id))


def _path(conversation: Conversation, member: Membership) -> str:
    return f"/c/{member.campaign.slug}/threads/{conversation.id}#newest"


HANDLERS = [thread, back_to_thread, reply, decide, opt_out, block, hand_over, add_tag, count_segments]
