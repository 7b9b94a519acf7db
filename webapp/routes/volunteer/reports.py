"""Reports on a conversation (SPEC V7)."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get, post

from webapp import words
from webapp.access import finding
from webapp.http import bounded, pages
from webapp.http.forms import Form
from webapp.http.pages import page
from webapp.models.accounts.users import Membership
from webapp.models.contacts import labels
from webapp.models.contacts.contact import Contact
from webapp.models.conversations import inbox
from webapp.models.conversations.conversation import Conversation
from webapp.models.reports import filing

TEMPLATE = "volunteer/thread/report.html"


@get("/threads/{conversation_id:int}/report")
async def report_page(request: Request, member: Membership, conversation_id: int) -> Response:
    conversation = await finding.held_conversation(member, conversation_id)
    return await _report(request, conversation, Form())


@post("/threads/{conversation_id:int}/reports", opt=bounded.MANY_FIELDS)
async def file_report(request: Request, member: Membership, conversation_id: int) -> Response:
    conversation, form = await finding.held_conversation(member, conversation_id), Form(await request.form())
    asked = await filing.questions(conversation.action)
    ticked, answers = filled(form, asked)
    shown = filing.Shown(form.mark(), finding.shown_id(form.data.get("newest")))
    if form and await filing.file(conversation, member.user, asked, ticked, answers, shown) is None:
        form.wrong("tags", words.gettext("No text of ours has arrived here yet, so no tag can be added or removed."))
    if not form:
        return await _report(request, conversation, form, status=422)
    return pages.go_to(request, f"/c/{member.campaign.slug}/threads/{conversation.id}?said=reported#newest")


def filled(form: Form, asked: filing.Questions) -> tuple[set[str], dict[str, str]]:
    """Slugs of the tags, and of each field its value."""
    ticked = set(form.many("tags", [tag.slug for tag in asked.tags]))
    answers = {field.slug: form.long_text(f"field_{field.slug}", field.title, 5_000) for field in asked.fields}
    for field in asked.fields:
        if field.choices and answers[field.slug] not in ("", *field.choices):
            form.wrong(f"field_{field.slug}", words.gettext("Choose one of the options."))
    return ticked, answers


async def _report(request: Request, conversation: Conversation, form: Form, status: int = 200) -> Response:
    thread = f"/c/{conversation.campaign.slug}/threads/{conversation.id}"
    again = status == 422
    return page(
        request,
        TEMPLATE,
        status_code=status,
        back=f"{thread}#newest",
        address=f"{thread}/reports",
        newest=finding.shown_id(form.data.get("newest")) if again else await inbox.read_through(conversation.id),
        earlier=await filing.of_contact(conversation.contact_id),
        **await asking(conversation.contact, await filing.questions(conversation.action), form, status),
    )


async def asking(contact: Contact, asked: filing.Questions, form: Form, status: int) -> dict[str, Any]:
    """The answers that a report's form shows: those typed, else those known of the contact."""
    known, given = await filing.ticked(contact.id), await labels.field_values(contact.id)
    return {
        "contact": contact,
        "form": form,
        "asked": asked,
        "mark": filing.mark(asked, known, given),
        "ticked": set(form.typed.get("tags", [])) if status == 422 else known,
        "answers": {f.slug: form.typed.get(f"field_{f.slug}", given.get(f.slug, "")) for f in asked.fields},
    }


HANDLERS = [report_page, file_report]
