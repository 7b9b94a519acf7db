"""A contact's history on one timeline: texts, reports, edits, assignments, uploads, each with who and when (SPEC C6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from webapp import database
from webapp.models.accounts.users import User
from webapp.models.cards import thread
from webapp.models.contacts.contact import Contact, ContactEvent
from webapp.models.conversations.conversation import AssignmentEvent, Conversation
from webapp.models.conversations.message import Message
from webapp.models.imports.job import ContactImport
from webapp.models.links.links import PERSON, LinkClick
from webapp.models.opt_outs.opt_out import OptOut
from webapp.models.reports import filing
from webapp.models.reports.report import Report
from webapp.rules.speech.sentences import said

MOST = 200  # of each kind


@dataclass(frozen=True)
class Moment:
    """``what``: "message", or a word for which the page has a sentence, filled from ``who`` (who did it), ``to`` and
    ``detail``. ``action``: its title."""

    at: datetime
    what: str = "message"
    detail: str = ""
    who: str = ""
    to: str = ""
    action: str = ""
    message: Message | None = None


async def of(contact: Contact) -> list[Moment]:
    """Oldest first; the newest MOST of each kind."""
    events = await ContactEvent.filter(contact_id=contact.id).order_by("-id").limit(MOST)
    conversations = {c.id: c for c in await Conversation.filter(contact_id=contact.id).select_related("action")}
    assignments = (
        await AssignmentEvent.filter(conversation_id__in=list(conversations) or [0]).order_by("-id").limit(MOST)
    )
    names = await _names(events, assignments, list(conversations.values()))
    titles = {c.action_id: c.action.title for c in conversations.values()}
    found = [Moment(e.at, e.what, e.detail, names.get(e.user_id, "")) for e in events]
    found += [_assignment(a, conversations[a.conversation_id].action.title, names) for a in assignments]
    found += [_start(c, names) for c in conversations.values() if c.held_by_start and c.held_since]
    found += [
        Moment(m.created_at, action=titles.get(m.action_id or 0, ""), message=m)
        for m in await thread.history(contact.id)
    ]
    found += [_report(r) for r in await filing.of_contact(contact.id)]
    found += await _clicks(contact)
    found += await _uploads(contact)
    found += await _opt_out(contact)
    return sorted(found, key=lambda moment: moment.at)


async def _names(
    events: list[ContactEvent], assignments: list[AssignmentEvent], conversations: list[Conversation]
) -> dict[int | None, str]:
    """User -> name, of everyone named in these rows."""
    ids = {e.user_id for e in events} | {c.user_id for c in conversations}
    ids |= {n for a in assignments for n in (a.by_user_id, a.to_user_id, a.from_user_id)}
    return {user.id: user.name for user in await User.filter(id__in=[n for n in ids if n] or [0])}


def _assignment(event: AssignmentEvent, action: str, names: dict[int | None, str]) -> Moment:
    return Moment(
        event.at,
        event.how,
        names.get(event.from_user_id, ""),
        who=names.get(event.by_user_id, ""),
        to=names.get(event.to_user_id, ""),
        action=action,
    )


def _start(conversation: Conversation, names: dict[int | None, str]) -> Moment:
    assert conversation.held_since
    return Moment(
        conversation.held_since, "start", who=names.get(conversation.user_id, ""), action=conversation.action.title
    )


def _report(report: Report) -> Moment:
    answers = [*report.tags, *(f"{title}: {value}" for title, value in report.values_.items())]
    return Moment(report.filed_at, "report", "; ".join(answers), report.user.name)


async def _clicks(contact: Contact) -> list[Moment]:
    found = LinkClick.filter(contact_id=contact.id, by=PERSON).order_by("-id").limit(MOST)
    return [Moment(click.at, "link_click", click.link.title) for click in await found.select_related("link")]


async def _uploads(contact: Contact) -> list[Moment]:
    rows = await database.query(
        "SELECT import_id, line, created FROM imported_contact WHERE contact_id = ? ORDER BY id DESC LIMIT 50",
        contact.id,
    )
    found = ContactImport.filter(id__in=[row["import_id"] for row in rows] or [0]).select_related("user")
    jobs = {job.id: job for job in await found}
    return [_upload(jobs[row["import_id"]], row) for row in rows if row["import_id"] in jobs]


def _upload(job: ContactImport, row: dict[str, Any]) -> Moment:
    what = "upload_new" if row["created"] else "upload_again"
    who = job.user.name if job.user else ""
    return Moment(
        job.started_at or job.created_at,
        what,
        said("%(file)s, line %(line)s", file=job.file_name, line=f"{row['line']:,}"),
        who,
    )


async def _opt_out(contact: Contact) -> list[Moment]:
    row = await OptOut.filter(campaign_id=contact.campaign_id, phone=contact.phone).select_related("user").first()
    if row is None:
        return []
    return [Moment(row.at, "opt_out", row.words, row.user.name if row.user else "", to=row.source)]
