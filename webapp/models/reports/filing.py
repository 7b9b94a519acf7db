"""Filing a report about a conversation (SPEC V7, A8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from webapp import clock, database
from webapp.database import transactional
from webapp.database.statements import Joined
from webapp.models import tallies
from webapp.models.accounts.users import User
from webapp.models.actions import report_settings
from webapp.models.actions.action import Action
from webapp.models.contacts import labels
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import ContactTag, CustomField, Tag
from webapp.models.conversations import attention
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import Message
from webapp.models.opt_outs import bounds
from webapp.models.opt_outs.opt_out import FROM_VOLUNTEER
from webapp.models.reports import labelling
from webapp.models.reports.report import Report
from webapp.rules import edited


@dataclass(frozen=True)
class Questions:
    """The tags and fields of an action's report: those chosen for it, else all reportable ones."""

    tags: list[Tag]
    fields: list[CustomField]


NO_ACTION = 0  # no action has this id, so none has questions of its own
_TAG, _FIELD = Joined(t=Tag), Joined(t=CustomField)


async def questions(action: Action) -> Questions:
    """Those chosen for the action, else all reportable ones (A8)."""
    return await _questions(action.campaign_id, action.id)


async def questions_of_campaign(campaign_id: int) -> Questions:
    """All reportable ones, for a report that belongs to no action (B5)."""
    return await _questions(campaign_id, NO_ACTION)


async def _questions(campaign_id: int, action_id: int) -> Questions:
    return Questions(
        await _asked(campaign_id, action_id, _TAG, "tag"), await _asked(campaign_id, action_id, _FIELD, "field")
    )


async def _asked(campaign_id: int, action_id: int, joined: Joined, kind: Literal["tag", "field"]) -> list[Any]:
    table = "tag" if kind == "tag" else "custom_field"
    rows = await database.query(
        f"SELECT {joined.columns} FROM {table} t WHERE t.campaign_id = ? AND {report_settings.asked_sql(kind)}"
        " ORDER BY t.display_order, t.id",
        campaign_id,
        *[action_id] * 3,
    )
    return [joined.of(row)["t"] for row in rows]


@dataclass(frozen=True)
class Shown:
    """The page of a report, as it was shown. ``mark``: its answers (`mark`); ``text_id``: the newest text that was read."""

    mark: str = ""
    text_id: int = 0


@transactional
async def file(
    conversation: Conversation,
    by: User,
    questions: Questions,
    ticked: set[str],
    answers: dict[str, str],
    shown: Shown | None = None,
) -> Report | None:
    """Sets and removes the tags and fields that are among the questions; others stay as they are. ``ticked``: slugs of
    tags; ``answers``: slug of a field -> value. A ticked Opt Out tag opts out, for good. None, and nothing is filed,
    where it would change a tag and ``by`` may not judge the contact (V9). ``shown``: None where the page is as new as
    the database. An older page changes only answers that differ from those it showed, and answers no text that it did
    not show."""
    contact = await Contact.locked(conversation.contact_id)
    if shown:
        ticked, answers = await _merged(contact.id, questions, ticked, answers, shown.mark)
    if await _retags(contact, questions, ticked) and not await bounds.may_judge(conversation, by):
        return None
    conversation = await Conversation.filter(id=conversation.id).select_for_update().get()
    before = await Report.filter(conversation_id=conversation.id).order_by("-id").first()
    report = await _stored(contact, by, questions, ticked, answers, conversation)
    if before:
        tallies.uncount(before)
    tallies.count_new(report)
    await _note(conversation.id, by, report, shown)
    return report


def mark(questions: Questions, ticked: set[str], answers: dict[str, str]) -> str:
    """The mark of a report's form that shows these answers (rules/edited.py)."""
    return edited.mark(_words(questions, ticked, answers))


def _words(questions: Questions, ticked: set[str], answers: dict[str, str]) -> dict[str, str]:
    tags = {f"tag_{tag.slug}": "on" if tag.slug in ticked else "" for tag in questions.tags}
    return tags | {f"field_{field.slug}": answers.get(field.slug, "") for field in questions.fields}


async def _merged(
    contact_id: int, questions: Questions, chosen: set[str], answers: dict[str, str], seen: str
) -> tuple[set[str], dict[str, str]]:
    """The form's changes over what is stored now."""
    there, given = await ticked(contact_id), await labels.field_values(contact_id)
    left = edited.untouched(seen, _words(questions, chosen, answers))
    tags = {t.slug for t in questions.tags if t.slug in (there if f"tag_{t.slug}" in left else chosen)}
    fields = {f.slug: (given if f"field_{f.slug}" in left else answers).get(f.slug, "") for f in questions.fields}
    return tags, fields


async def _retags(contact: Contact, questions: Questions, chosen: set[str]) -> bool:
    """Would this report set or remove a tag? The Opt Out tag is never removed."""
    there = await ticked(contact.id)
    kept = {tag.slug for tag in questions.tags if tag.opts_out and tag.slug in there}
    return any(tag.slug in (chosen ^ there) - kept for tag in questions.tags)


@transactional
async def file_without_text(
    contact_id: int,
    by: User,
    questions: Questions,
    ticked: set[str],
    answers: dict[str, str],
    shown: Shown | None = None,
) -> Report:
    """As `file`, about somebody who was looked up: it belongs to no conversation, and no reply is answered by it (B5)."""
    contact = await Contact.locked(contact_id)
    if shown:
        ticked, answers = await _merged(contact_id, questions, ticked, answers, shown.mark)
    return await _stored(contact, by, questions, ticked, answers)


async def _stored(
    contact: Contact,
    by: User,
    questions: Questions,
    ticked: set[str],
    answers: dict[str, str],
    conversation: Conversation | None = None,
) -> Report:
    wanted = {tag.id for tag in questions.tags if tag.slug in ticked}
    await labelling.set_tags(contact, questions.tags, wanted, FROM_VOLUNTEER, by)
    for field in questions.fields:
        await labelling.set_field(contact.id, field, answers.get(field.slug, ""), by.id)
    return await Report.create(
        conversation=conversation,
        user=by,
        action_id=conversation.action_id if conversation else None,
        contact_id=contact.id,
        filed_at=clock.now(),
        tags=[tag.name for tag in questions.tags if tag.slug in ticked],
        values_={field.title: answers[field.slug] for field in questions.fields if answers.get(field.slug)},
        free=[field.title for field in questions.fields if not field.choices],
    )


async def _note(conversation_id: int, by: User, report: Report, shown: Shown | None) -> None:
    """A report answers the contact's texts that were shown: the conversation doesn't need attention until they write again."""
    conversation = await Conversation.get(id=conversation_id)
    contact = await Contact.get(id=conversation.contact_id)
    newest = await Message.filter(conversation_id=conversation_id).order_by("-id").first()
    first = conversation.reported_at is None
    async with tallies.moving(conversation):
        conversation.reported_at = report.filed_at
        through = newest.id if newest else 0
        through = min(through, shown.text_id) if shown else through
        conversation.reported_through_id = max(through, conversation.reported_through_id or 0)
        await attention.refresh(conversation, contact)
    if first:  # a corrected report is still one, of whoever filed it first (R1)
        tallies.add(conversation.action_id, by.id, {"reports": 1})


@transactional
async def tag_contact(conversation: Conversation, tag: Tag, by: User) -> bool:
    """Sets a tag from the thread. The Opt Out tag opts out, as it does everywhere. False, and nothing is done, where ``by``
    may not judge the contact (V9)."""
    contact = await bounds.contact_to_judge(conversation, by)
    if contact is None:
        return False
    await labelling.set_tag(contact, tag, FROM_VOLUNTEER, by)
    return True


async def of_contact(contact_id: int) -> list[Report]:
    """The newest 20 reports about this contact, in any conversation."""
    return await Report.filter(contact_id=contact_id).order_by("-id").limit(20).select_related("user")


async def ticked(contact_id: int) -> set[str]:
    """Slugs of the contact's tags."""
    rows = await ContactTag.filter(contact_id=contact_id).values_list("tag__slug", flat=True)
    return {str(slug) for slug in rows}
