"""Who is asking, and what they may see. Everything is found through the campaign or the volunteer; what is not
theirs does not exist for them."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn
from urllib.parse import quote, urlsplit

from litestar import Request, Response
from litestar.exceptions import HTTPException, NotFoundException

from webapp import clock, pages, words
from webapp.database import transaction
from webapp.models.accounts.sessions import Session
from webapp.models.accounts.teams import UserList
from webapp.models.accounts.users import Membership, User
from webapp.models.actions.action import Action
from webapp.models.actions.pictures import Picture
from webapp.models.actions.script import Script
from webapp.models.bulk.job import BulkJob
from webapp.models.contacts.contact import Contact
from webapp.models.contacts.labels import CustomField, Tag
from webapp.models.contacts.lists import ContactList
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import Message
from webapp.models.imports.job import ContactImport
from webapp.models.long_work import DONE
from webapp.models.numbers.number import PhoneNumber
from webapp.models.receiving.media import KEPT, Media
from webapp.models.scripts.cost import ScriptCost
from webapp.models.scripts.links import CustomLink
from webapp.models.sending import click
from webapp.rules.contacts import contact_zones

COOKIE = "textbank_session"
MODE_COOKIE = "textbank_mode"
LANGUAGE_COOKIE = "textbank_language"
ID, SMALL = 2**53, 2**31


class LoggedOut(HTTPException):
    status_code = 401
    detail = "You are not logged in."


class Waiting(HTTPException):
    """A member who may not text: not approved yet, or suspended."""

    status_code = 403
    detail = "An admin has to let you in first."


async def current_session(request: Request) -> Session | None:
    """The running session of this browser. Notes that the person is here, and what language they read."""
    token = _greet(request)
    return await _noted(request, await Session.of(token) if token else None)


def _greet(request: Request) -> str:
    """What pages share, and the token in the cookie."""
    request.state.shared = {"mode": request.cookies.get(MODE_COOKIE, "")}
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    words.language.set(chosen if chosen in words.LANGUAGES else "en")
    return request.cookies.get(COOKIE, "")


async def _noted(request: Request, session: Session | None) -> Session | None:
    if session:
        await session.touch()
        request.state.shared["user"] = session.user
    return session


async def current_user(request: Request) -> User:
    session = await current_session(request)
    if session is None:
        raise LoggedOut
    return session.user


async def current_member(request: Request, slug: str) -> Membership:
    """The user's membership of the campaign in the path; a stranger's campaign is not there."""
    token = _greet(request)
    found = await Session.in_campaign(token, slug) if token else None
    if found is None:
        raise LoggedOut
    session, member = found
    await _noted(request, session)
    if member is None:
        raise NotFoundException
    words.language.set(member.language if member.language in words.LANGUAGES else "en")
    zone = contact_zones.zone_of_zip(member.zip) or member.campaign.timezone
    request.state.shared |= {"member": member, "campaign": member.campaign, "zone": zone}
    await _note_presence(member)
    return member


async def _note_presence(member: Membership) -> None:
    now = clock.now()
    if member.last_here_at is None or (now - member.last_here_at).total_seconds() > 60:
        await transaction(lambda: Membership.filter(id=member.id).update(last_here_at=now))


async def volunteer(request: Request, slug: str) -> Membership:
    """A member who may text now; the numbers in the masthead come along."""
    member = await current_member(request, slug)
    if not member.active:
        raise Waiting
    if request.method == "GET":
        request.state.shared["badges"] = await badges(member)
    return member


async def staff(request: Request, slug: str) -> Membership:
    """An owner or admin. For everyone else the office does not exist."""
    member = await current_member(request, slug)
    if not member.is_staff or not member.active:
        raise NotFoundException
    request.state.shared["badges"] = await office_badges(member)
    return member


async def badges(member: Membership) -> dict[str, int]:
    held = Conversation.filter(user_id=member.user_id, campaign_id=member.campaign_id)
    return {"unread": await held.filter(unread=True).count()}


async def office_badges(member: Membership) -> dict[str, int]:
    campaign_id = member.campaign_id
    return {
        "needs_attention": await Conversation.filter(
            campaign_id=campaign_id, with_staff=True, needs_attention=True
        ).count(),
        "waiting": await Membership.filter(campaign_id=campaign_id, approved_at=None, suspended_at=None).count(),
    }


# Loaders: through the owner, or not at all


async def action_of(member: Membership, action_id: int) -> Action:
    """An action of the member's campaign, for the office."""
    found = Action.filter(id=small_id(action_id), campaign_id=member.campaign_id).select_related("campaign")
    return await found.first() or _missing()


async def open_action(member: Membership, action_id: int) -> Action:
    """An action this volunteer sees on Home."""
    found = await Action.open_to(member, id=small_id(action_id))
    return found[0] if found else _missing()


async def held_conversation(member: Membership, conversation_id: int) -> Conversation:
    """A conversation this member may see: their own, or one handed to the staff where they are staff."""
    conversation = await _conversation(member, conversation_id)
    return conversation if click.holds(member, conversation) else _missing()


async def once_held(member: Membership, conversation_id: int) -> Conversation:
    """As above, and what the member held last: their open page may still send a form."""
    conversation = await _conversation(member, conversation_id)
    theirs = click.holds(member, conversation) or conversation.last_holder_id == member.user_id
    return conversation if theirs else _missing()


async def _conversation(member: Membership, conversation_id: int) -> Conversation:
    found = Conversation.filter(id=row_id(conversation_id), campaign_id=member.campaign_id)
    return await found.select_related("contact", "action", "campaign", "script").first() or _missing()


async def own_message(member: Membership, message_id: int) -> Message:
    """A text of the member's in a conversation; tests belong to none."""
    found = Message.filter(
        id=row_id(message_id), user_id=member.user_id, campaign_id=member.campaign_id, direction="out"
    )
    return await found.exclude(conversation_id=None).first() or _missing()


async def script_of(action: Action, script_id: int) -> Script:
    return await Script.filter(id=small_id(script_id), action=action, archived_at=None).first() or _missing()


async def archived_script_of(action: Action, script_id: int) -> Script:
    return await Script.filter(id=small_id(script_id), action=action).exclude(archived_at=None).first() or _missing()


async def picture_of(member: Membership, picture_id: int) -> Picture:
    found = await Picture.filter(id=small_id(picture_id), campaign_id=member.campaign_id).first()
    return found if found and found.intact() else _missing()


async def media_of(contact_id: int, media_id: int) -> Media:
    """A picture this person sent, in whichever conversation: a thread shows all their texts."""
    found = Media.filter(id=row_id(media_id), message__contact_id=contact_id, status=KEPT)
    row = await found.first()
    return row if row and row.path.exists() else _missing()


async def link_of(member: Membership, link_id: int) -> CustomLink:
    return await CustomLink.filter(id=small_id(link_id), campaign_id=member.campaign_id).first() or _missing()


async def script_cost_of(action: Action, cost_id: int) -> ScriptCost:
    return await ScriptCost.filter(id=small_id(cost_id), action=action).first() or _missing()


async def list_of(member: Membership, list_id: int) -> ContactList:
    return await ContactList.filter(id=small_id(list_id), campaign_id=member.campaign_id).first() or _missing()


async def import_of(member: Membership, import_id: int) -> ContactImport:
    found = ContactImport.filter(id=small_id(import_id), campaign_id=member.campaign_id)
    return await found.select_related("contact_list", "campaign", "user").first() or _missing()


async def bulk_job_of(member: Membership, job_id: int) -> BulkJob:
    found = BulkJob.filter(id=small_id(job_id), campaign_id=member.campaign_id)
    return await found.select_related("user").first() or _missing()


async def export_of(member: Membership, job_id: int) -> Path:
    """A finished file waits for whoever asked for it, as long as they may export."""
    job = await BulkJob.filter(id=small_id(job_id), campaign_id=member.campaign_id, user_id=member.user_id).first()
    path = Path(job.path) if job and job.path and job.status == DONE and member.exports else None
    return path if path and path.exists() else _missing()


async def contact_of(member: Membership, contact_id: int) -> Contact:
    found = Contact.filter(id=row_id(contact_id), campaign_id=member.campaign_id)
    return await found.select_related("zone_set", "campaign").first() or _missing()


async def tag_of(member: Membership, tag_id: int) -> Tag:
    return await Tag.filter(id=small_id(tag_id), campaign_id=member.campaign_id).first() or _missing()


async def field_of(member: Membership, field_id: int) -> CustomField:
    return await CustomField.filter(id=small_id(field_id), campaign_id=member.campaign_id).first() or _missing()


async def user_list_of(member: Membership, user_list_id: int) -> UserList:
    return await UserList.filter(id=small_id(user_list_id), campaign_id=member.campaign_id).first() or _missing()


async def number_of(member: Membership, number_id: int) -> PhoneNumber:
    return await PhoneNumber.filter(id=small_id(number_id), campaign_id=member.campaign_id).first() or _missing()


async def member_of(member: Membership, member_id: int) -> Membership:
    found = Membership.filter(id=small_id(member_id), campaign_id=member.campaign_id)
    return await found.select_related("user", "campaign").first() or _missing()


def row_id(number: int) -> int:
    """A number too large for a row's id finds nothing, instead of an error of the database."""
    return number if 0 <= number < ID else 0


def small_id(number: int) -> int:
    """The same for tables that count in 32 bits."""
    return number if 0 <= number < SMALL else 0


def _missing() -> NoReturn:
    raise NotFoundException


def to_login(request: Request, _: Exception) -> Response:
    """An expired login: log in, and be back where you were."""
    back = request.url.path if request.method == "GET" else urlsplit(request.headers.get("referer", "")).path
    query = f"?{request.url.query}" if request.method == "GET" and request.url.query else ""
    return pages.go_to(request, f"/login?next={quote(back + query)}&expired=1" if back not in ("", "/") else "/login")


def to_waiting(request: Request, _: Exception) -> Response:
    return pages.go_to(request, f"/c/{request.path_params['slug']}/waiting")


def safe_next(path: str) -> str:
    """A path of ours to go on to, or nothing: never another site."""
    parts = urlsplit(path)
    fine = path.startswith("/") and not path.startswith(("//", "/\\")) and not parts.netloc and "\\" not in path
    return path if fine else ""
