"""Texts whose outcome only the staff can decide (SPEC X2)."""

from __future__ import annotations

from litestar import Request, Response, post

from webapp import access, pages, queue
from webapp.models.accounts.users import Membership
from webapp.models.outcomes import doubt


@post("/messages/{message_id:int}/decision")
async def decide(request: Request, member: Membership, message_id: int) -> Response:
    """It arrived, it is sent again, or it is dropped."""
    message = await access.message_of(member, message_id)
    what = str((await request.form()).get("what", ""))
    if what in doubt.DECISIONS and await doubt.decide(message.id, what, member):
        await queue.drain(message.number_id or 0)
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/setup")


HANDLERS = [decide]
