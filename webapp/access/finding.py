"""Finds a row through the campaign or the volunteer it belongs to. A row of anyone else's is a 404, as if it were not there."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import NoReturn

from litestar.exceptions import NotFoundException
from tortoise.expressions import Subquery

from webapp.models.accounts.sessions import Session
from webapp.models.accounts.teams import UserList
from webapp.models.accounts.users import OWNER, Membership
from webapp.models.actions.action import Action
from webapp.models.actions.pictures import Picture
from webapp.models.actions.script import Script
from webapp.models.bulk.job import BulkJob
from webapp.models.cards import thread
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.contacts.lists import ContactList
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import Message
from webapp.models.exports.job import Export, ExportSchedule
from webapp.models.imports.job import ContactImport
from webapp.models.joining.invites import Invite
from webapp.models.links.links import CustomLink
from webapp.models.logins.passkeys import Passkey
from webapp.models.long_work import DONE
from webapp.models.notices.notice import Notice
from webapp.models.numbers.number import PhoneNumber
from webapp.models.opt_in_forms.form import OptInForm
from webapp.models.opt_in_forms.sign_up import SignUp
from webapp.models.receiving.media import KEPT, Media
from webapp.models.scripts.cost import ScriptCost

ID_LIMIT, SMALL_ID_LIMIT = 2**53, 2**31


async def action_of(member: Membership, action_id: int) -> Action:
    """An action of the member's campaign, for the office."""
    own = Action.filter(id=small_id(action_id), campaign_id=member.campaign_id, of_opt_in=False)
    found = own.select_related("campaign")
    return await found.first() or missing()


async def open_action(member: Membership, action_id: int, read: Action | None = None) -> Action:
    """An action this volunteer sees on Home. ``read``: its row, if it was read with the login."""
    found = Action.open_if(member, read) if read else Action.open_one(member, small_id(action_id))
    return await found or missing()


async def held_conversation(member: Membership, conversation_id: int) -> Conversation:
    """A conversation this member holds, or one that waits for the staff where they are staff."""
    conversation = await _conversation(member, conversation_id)
    return conversation if conversation.held_by(member) else missing()


async def waiting_conversation(member: Membership, conversation_id: int) -> Conversation:
    """For staff: a conversation that needs attention, whoever holds it, or one that the staff hold (G3)."""
    conversation = await _conversation(member, conversation_id)
    return conversation if conversation.needs_attention or conversation.held_by(member) else missing()


async def once_held(member: Membership, conversation_id: int) -> Conversation:
    """As `held_conversation`, and those the member held last: a page they still have open may send a form."""
    conversation = await _conversation(member, conversation_id)
    theirs = conversation.held_by(member) or conversation.last_holder_id == member.user_id
    return conversation if theirs else missing()


async def _conversation(member: Membership, conversation_id: int) -> Conversation:
    return await thread.conversation(member.campaign_id, row_id(conversation_id)) or missing()


async def own_message(member: Membership, message_id: int) -> Message:
    """A text the member sent in a conversation. Test texts belong to no conversation."""
    found = Message.filter(
        id=row_id(message_id), user_id=member.user_id, campaign_id=member.campaign_id, direction="out"
    )
    return await found.exclude(conversation_id=None).first() or missing()


async def text_of_form(member: Membership, conversation: Conversation, client_id: uuid.UUID | None) -> Message | None:
    """The text in this conversation that this very form of the member's has stored before; None where it came for the
    first time."""
    own = {"user_id": member.user_id, "conversation_id": conversation.id}
    return await Message.get_or_none(client_id=client_id, **own) if client_id else None


async def script_of(action: Action, script_id: int) -> Script:
    return await Script.filter(id=small_id(script_id), action=action, archived_at=None).first() or missing()


async def live_script_of(action: Action, script_id: int) -> Script | None:
    """None where it is archived, or no script of this action."""
    return await Script.get_or_none(id=small_id(script_id), action=action, archived_at=None)


async def archived_script_of(action: Action, script_id: int) -> Script:
    return await Script.filter(id=small_id(script_id), action=action).exclude(archived_at=None).first() or missing()


async def picture_of(member: Membership, picture_id: int) -> Picture:
    found = await Picture.filter(id=small_id(picture_id), campaign_id=member.campaign_id).first()
    return found if found and found.intact() else missing()


async def shown_picture_of(member: Membership, picture_id: int) -> Picture:
    """For a volunteer a picture of an action they hold a conversation of, or of a text in a thread they see."""
    found = await picture_of(member, picture_id)
    held = Conversation.filter(user_id=member.user_id, campaign_id=member.campaign_id)
    if member.is_staff or await held.filter(action__scripts__picture_id=found.id).exists():
        return found
    sent = Message.filter(picture_id=found.id, contact_id__in=Subquery(held.values("contact_id")))
    return found if await sent.exists() else missing()


async def media_of(contact_id: int, media_id: int) -> Media:
    """A picture this contact sent, in any conversation: a thread shows all their texts."""
    found = Media.filter(id=row_id(media_id), message__contact_id=contact_id, status=KEPT)
    row = await found.first()
    return row if row and row.path.exists() else missing()


async def link_of(member: Membership, link_id: int) -> CustomLink:
    return await CustomLink.filter(id=small_id(link_id), campaign_id=member.campaign_id).first() or missing()


async def opt_in_of(member: Membership, opt_in_id: int) -> OptInForm:
    """An opt-in form of the member's campaign, for the office."""
    found = OptInForm.filter(id=small_id(opt_in_id), campaign_id=member.campaign_id)
    return await found.select_related("campaign", "action", "contact_list").first() or missing()


async def sign_up_of(form: OptInForm, sign_up_id: int) -> SignUp:
    found = SignUp.filter(id=row_id(sign_up_id), form=form)
    return await found.select_related("contact").first() or missing()


async def script_cost_of(action: Action, cost_id: int) -> ScriptCost:
    return await ScriptCost.filter(id=small_id(cost_id), action=action).first() or missing()


async def list_of(member: Membership, list_id: int) -> ContactList:
    return await ContactList.filter(id=small_id(list_id), campaign_id=member.campaign_id).first() or missing()


async def import_of(member: Membership, import_id: int) -> ContactImport:
    found = ContactImport.filter(id=small_id(import_id), campaign_id=member.campaign_id)
    return await found.select_related("contact_list", "campaign", "user").first() or missing()


async def bulk_job_of(member: Membership, job_id: int) -> BulkJob:
    found = BulkJob.filter(id=small_id(job_id), campaign_id=member.campaign_id)
    return await found.select_related("user").first() or missing()


async def export_of(member: Membership, export_id: int) -> Export:
    found = Export.filter(id=small_id(export_id), campaign_id=member.campaign_id)
    return await found.select_related("user", "campaign").first() or missing()


async def exported_file_of(member: Membership, export_id: int) -> tuple[Export, Path]:
    """A finished file, for the user who asked for it and may still export."""
    job = await export_of(member, export_id)
    path = (
        Path(job.path) if job.path and job.status == DONE and job.user_id == member.user_id and member.exports else None
    )
    return (job, path) if path and path.exists() else missing()


async def schedule_of(member: Membership, schedule_id: int) -> ExportSchedule:
    found = ExportSchedule.filter(id=small_id(schedule_id), campaign_id=member.campaign_id)
    return await found.first() or missing()


async def contact_of(member: Membership, contact_id: int) -> Contact:
    found = Contact.filter(id=row_id(contact_id), campaign_id=member.campaign_id)
    return await found.select_related("zone_set", "campaign").first() or missing()


async def tag_of(member: Membership, tag_id: int) -> Tag:
    return await Tag.filter(id=small_id(tag_id), campaign_id=member.campaign_id).first() or missing()


async def field_of(member: Membership, field_id: int) -> CustomField:
    return await CustomField.filter(id=small_id(field_id), campaign_id=member.campaign_id).first() or missing()


async def user_list_of(member: Membership, user_list_id: int) -> UserList:
    return await UserList.filter(id=small_id(user_list_id), campaign_id=member.campaign_id).first() or missing()


async def invite_of(member: Membership, invite_id: int) -> Invite:
    return await Invite.filter(id=small_id(invite_id), campaign_id=member.campaign_id).first() or missing()


async def number_of(member: Membership, number_id: int) -> PhoneNumber:
    return await PhoneNumber.filter(id=small_id(number_id), campaign_id=member.campaign_id).first() or missing()


async def member_of(member: Membership, member_id: int) -> Membership:
    found = Membership.filter(id=small_id(member_id), campaign_id=member.campaign_id)
    return await found.select_related("user", "campaign").first() or missing()


async def passkey_of(member: Membership, passkey_id: int) -> Passkey:
    """One of the member's own."""
    return await Passkey.filter(id=small_id(passkey_id), user_id=member.user_id).first() or missing()


async def own_session(member: Membership, session_id: int) -> Session:
    """A running session of the member's own."""
    return await Session.filter(id=small_id(session_id), user_id=member.user_id, ended_at=None).first() or missing()


async def notice_of(member: Membership, notice_id: int) -> Notice:
    """The notices that staff sent to users of the member's campaign, for the office."""
    found = Notice.filter(id=small_id(notice_id), campaign_id=member.campaign_id)
    return await found.select_related("user", "campaign", "action").first() or missing()


def row_id(number: int) -> int:
    """The id, or 0, which no row has, where the number is out of a BIGINT column's range: the database would raise."""
    return number if 0 <= number < ID_LIMIT else 0


def shown_id(field: object) -> int:
    """The id that a page has put into a form's hidden field; 0 where there is none."""
    text = str(field)[:18]
    return row_id(int(text)) if text.isdecimal() else 0


def small_id(number: int) -> int:
    """As `row_id`, for 32-bit ids."""
    return number if 0 <= number < SMALL_ID_LIMIT else 0


def owners_only(member: Membership) -> None:
    """Anyone else's is a 404, as a row that is not theirs (P1)."""
    if member.role != OWNER:
        missing()


def missing() -> NoReturn:
    raise NotFoundException
