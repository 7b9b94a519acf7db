"""Help for the office, a page per screen (SPEC H2)."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException

from webapp.http.pages import page
from webapp.models.accounts.users import Membership
from webapp.rules.help import screens

TOPICS = frozenset(screens.OFFICE.values()) - {""}


@get("/help")
async def all_help(request: Request, member: Membership) -> Response:
    return page(request, "help/office.html", index=f"/c/{member.campaign.slug}/admin/help")


@get("/help/{screen:str}")
async def help_page(request: Request, member: Membership, screen: str) -> Response:
    if screen not in TOPICS:
        raise NotFoundException
    home = f"/c/{member.campaign.slug}"
    office = f"{home}/admin"
    places: dict[str, Any] = {"layout": "layouts/admin.html", "index": f"{office}/help", "home": home, "office": office}
    return page(request, f"help/office/{screens.FOLDERS[screen]}/{screen}.html", **places)


HANDLERS = [all_help, help_page]
