"""A volunteer's decisions about a person in a thread: opt out, block, hand over, tag (SPEC V6, V8, V10)."""

from __future__ import annotations

from litestar import Request, Response, post

from webapp.access import finding
from webapp.http import pages
from webapp.models.accounts.users import Membership
from webapp.models.assignments import assigning
from webapp.models.opt_outs import blocking, opting_out, possible
from webapp.models.reports import filing
from webapp.routes.volunteer.threads import path_of

NOT_TEXTED = "not_texted"  # nothing was done: no text of ours was taken here yet (V9)


@post("/threads/{conversation_id:int}/opt-out-decision")
async def decide(request: Request, member: Membership, conversation_id: int) -> Response:
    """V8: did those words mean no more texts? The form says which words it showed."""
    conversation, form = await finding.held_conversation(member, conversation_id), await request.form()
    shown = possible.Shown(str(form.get("flag", "")), finding.shown_id(form.get("seen")))
    said = await possible.decide(conversation, member.user, opts_out=not form.get("not"), shown=shown)
    return pages.redirect(request, path_of(conversation, member, said))


@post("/threads/{conversation_id:int}/opt-out")
async def opt_out(request: Request, member: Membership, conversation_id: int) -> Response:
    conversation = await finding.held_conversation(member, conversation_id)
    done = await opting_out.from_thread(conversation, member.user)
    return pages.redirect(request, path_of(conversation, member, "opted_out" if done else NOT_TEXTED))


@post("/threads/{conversation_id:int}/block")
async def block(request: Request, member: Membership, conversation_id: int) -> Response:
    conversation = await finding.held_conversation(member, conversation_id)
    done = await blocking.block(conversation, member.user)
    return pages.redirect(request, path_of(conversation, member, "blocked" if done else NOT_TEXTED))


@post("/threads/{conversation_id:int}/handover")
async def hand_over(request: Request, member: Membership, conversation_id: int) -> Response:
    """To an admin: the thread leaves this inbox."""
    conversation = await finding.held_conversation(member, conversation_id)
    await assigning.hand_to_staff(conversation.id, member.user)
    return pages.go_to(request, f"/c/{member.campaign.slug}/inbox?said=handed_over")


@post("/threads/{conversation_id:int}/tags")
async def add_tag(request: Request, member: Membership, conversation_id: int) -> Response:
    conversation, form = await finding.held_conversation(member, conversation_id), await request.form()
    asked = await filing.questions(conversation.action)
    tag = next((tag for tag in asked.tags if tag.slug == form.get("tag")), None)
    if tag is None:
        return pages.redirect(request, path_of(conversation, member, "not_tagged"))
    done = await filing.tag_contact(conversation, tag, member.user)
    return pages.redirect(request, path_of(conversation, member, "tagged" if done else NOT_TEXTED))


HANDLERS = [decide, opt_out, block, hand_over, add_tag]
