"""Stop Everything, and start again (SPEC S11, X2)."""

from __future__ import annotations

from litestar import Request, Response, post

from webapp import news, queue
from webapp.http import pages
from webapp.models.accounts import settings
from webapp.models.accounts.users import Membership
from webapp.models.numbers import choice
from webapp.models.outcomes import restoring
from webapp.routes.admin.sending import setup


@post("/stop")
async def stop_everything(request: Request, member: Membership) -> Response:
    await settings.stop_everything(member)
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/setup")


@post("/stop/end")
async def go_on(request: Request, member: Membership) -> Response:
    """The form says which stop it showed."""
    if why := await restoring.go_on(member, str((await request.form()).get("shown", ""))):
        await member.campaign.refresh_from_db()
        return await setup.show(request, member, status=409, refused=why)
    await news.tell_queues(member.campaign_id)
    await queue.drain_all(await choice.number_ids(member.campaign))
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/setup")


HANDLERS = [stop_everything, go_on]
