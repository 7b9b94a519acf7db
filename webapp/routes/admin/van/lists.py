"""VAN's saved lists, and those on their way in as contact lists (SPEC B3)."""

from __future__ import annotations

from litestar import Request, Response, get, post

from webapp import queue
from webapp.access import connections
from webapp.http import pages
from webapp.http.pages import page
from webapp.models.accounts.users import Membership
from webapp.models.van import places
from webapp.models.van_lists import listed, loading


@get("/van/lists")
async def lists_page(request: Request, member: Membership, find: str = "", van: int = 0) -> Response:
    """The fragment is what moves: the lists on their way in."""
    find, row = " ".join(find.split())[:100], await connections.van_of(member, van)
    return page(
        request,
        "admin/van/lists.html",
        "admin/van/_loads.html",
        connection=row,
        places=await places.shown(member.campaign_id),
        lists=await listed.of(row, find) if row else [],
        loads=await loading.newest(member.campaign_id),
        find=find,
        most=listed.MOST,
    )


@post("/van/lists/{van_list_id:int}/imports")
async def bring_in(request: Request, member: Membership, van_list_id: int) -> Response:
    load = await loading.start(member, await connections.van_list_of(member, van_list_id))
    await queue.bring_list(load.id)
    return _to(request, member, load.van)


@post("/van/loads/{load_id:int}/cancellation")
async def cancel(request: Request, member: Membership, load_id: int) -> Response:
    load = await connections.van_load_of(member, load_id)
    await loading.cancel(load, member)
    return _to(request, member, load.van)


def _to(request: Request, member: Membership, van: int) -> Response:
    return pages.go_to(request, f"/c/{member.campaign.slug}/admin/van/lists?van={van}")


HANDLERS = [lists_page, bring_in, cancel]
