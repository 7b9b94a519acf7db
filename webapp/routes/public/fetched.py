"""What comes without a login by an address that can't be guessed: tracked links and the pictures Twilio fetches."""

from __future__ import annotations

import logging

from litestar import HttpMethod, Request, Response, Router, route
from litestar.exceptions import NotFoundException
from litestar.response import File

from webapp import limiting
from webapp.models.actions import pictures
from webapp.models.scripts import links
from webapp.rules.scripts import web_links

log = logging.getLogger(__name__)
LOOKS = [HttpMethod.GET, HttpMethod.HEAD]


@route("/l/{token:str}", http_method=LOOKS)
async def follow(request: Request, token: str) -> Response[None]:
    """On to the page. Only what an admin stored is ever an address: nothing of the request goes into it."""
    tracked = await links.of_token(token)
    if tracked is None:
        raise NotFoundException
    await _note(request, tracked)
    headers = {"location": tracked.link.url, "cache-control": "no-store", "referrer-policy": "no-referrer"}
    return Response(None, status_code=302, headers=headers)


async def _note(request: Request, tracked: links.TrackedLink) -> None:
    """The person goes on even where it can't be counted."""
    agent = request.headers.get("user-agent", "")
    by = links.PREVIEW if web_links.is_preview(request.method, agent, request.headers) else links.PERSON
    try:
        if await limiting.allowed(limiting.CLICKS, by, tracked.token):
            await links.clicked(tracked, by, agent)
    except Exception:
        log.exception("a click on link %s could not be counted", tracked.id)


@route("/pictures/{picture_id:int}/{until:int}/{signature:str}", http_method=LOOKS)
async def picture(picture_id: int, until: int, signature: str) -> File:
    """For Twilio, for a day."""
    found = await pictures.of_signed(picture_id, until, signature)
    if found is None:
        raise NotFoundException
    return File(found.path, media_type=found.type, content_disposition_type="inline")


router = Router("/", route_handlers=[follow, picture])
