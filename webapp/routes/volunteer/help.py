"""Help for volunteers, a page per screen, in both languages (SPEC H2). Also for those who wait or are suspended."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException

from webapp.access.login import OWN
from webapp.http.pages import page
from webapp.models.accounts.users import Membership
from webapp.rules.help import screens

TOPICS = frozenset(screens.VOLUNTEER.values()) - {""}


@get("/help", dependencies=OWN)
async def all_help(request: Request, member: Membership) -> Response:
    return page(request, "help/volunteer.html", index=f"/c/{member.campaign.slug}/help")


@get("/help/{topic:str}", dependencies=OWN)
async def help_page(request: Request, member: Membership, topic: str) -> Response:
    if topic not in TOPICS:
        raise NotFoundException
    home = f"/c/{member.campaign.slug}"
    places: dict[str, Any] = {
        "layout": "layouts/volunteer.html",
        "index": f"{home}/help",
        "home": home,
        "office": f"{home}/admin",
    }
    return page(request, f"help/volunteer/{topic}.html", **places)


HANDLERS = [all_help, help_page]
