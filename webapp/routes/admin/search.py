"""Search everywhere: one field for contacts, actions, scripts, users, lists and tags (SPEC H1)."""

from __future__ import annotations

from litestar import Request, Response, get

from webapp.http.pages import page
from webapp.models.accounts.users import Membership
from webapp.models.search import everywhere


@get("/search")
async def search_page(request: Request, member: Membership) -> Response:
    found = await everywhere.find(member.campaign, str(request.query_params.get("q", "")))
    return page(request, "admin/search/search.html", found=found, longest=everywhere.LONGEST)


HANDLERS = [search_page]
