"""Texts whose fate only the staff can decide (SPEC X2)."""

from __future__ import annotations

from litestar import Request, Response, post
from litestar.exceptions import NotFoundException

from webapp import access, pages, queue
from webapp.database import transaction
from webapp.models.accounts import audit
from webapp.models.accounts.users import Membership
from webapp.models.conversations.message import Message
from webapp.models.sending import doubt


@post("/messages/{message_id:int}/decision")
async def decide(request: Request, member: Membership, message_id: int) -> Response:
    """A text nobody can settle: it arrived, send it again, or drop it."""
    message = await Message.filter(id=access.row_id(message_id), campaign_id=member.campaign_id).first()
    if message is None:
        raise NotFoundException
    what = str((await request.form()).get("what", ""))
    if what in ("arrived", "again", "drop"):
        await transaction(lambda: _decide(member, message, what))
        await queue.drain(message.number_id or 0)
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/setup")


async def _decide(member: Membership, message: Message, what: str) -> None:
    if await doubt.decide(message.id, what):
        await audit.note(member.campaign, member.user, "message.decided", what, message=message.id)


HANDLERS = [decide]
