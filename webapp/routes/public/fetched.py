"""Tracked links, and the pictures Twilio fetches: no login, but addresses that can't be guessed."""

from __future__ import annotations

import logging

from litestar import HttpMethod, Request, Response, Router, route
from litestar.exceptions import NotFoundException
from litestar.response import File

from webapp import limiting
from webapp.models.actions import pictures
from webapp.models.links import links, ready_links
from webapp.rules.links import web_links

log = logging.getLogger(__name__)
READS = [HttpMethod.GET, HttpMethod.HEAD]


@route("/l/{token:str}", http_method=READS)
async def tracked_link(request: Request, token: str) -> Response[None]:
    """Redirects to the page an admin stored for the link, or to the campaign's own page it stands for. No part of the request
    goes into the address."""
    tracked = await links.of_token(token)
    if tracked is None:
        raise NotFoundException
    await _note(request, tracked)
    headers = {
        "location": await ready_links.destination(tracked.link),
        "cache-control": "no-store",
        "referrer-policy": "no-referrer",
    }
    return Response(None, status_code=302, headers=headers)


async def _note(request: Request, tracked: links.TrackedLink) -> None:
    """Counts the click. A failure is logged and nothing more: the person gets to the page all the same."""
    agent = request.headers.get("user-agent", "")
    by = links.PREVIEW if web_links.is_preview(request.method, agent, request.headers) else links.PERSON
    try:
        if await limiting.allowed(limiting.CLICKS, by, tracked.token):
            await links.clicked(tracked, by, agent)
    except Exception:
        log.exception("a click on link %s could not be counted", tracked.id)


@route("/pictures/{picture_id:int}/{until:int}/{signature:str}", http_method=READS)
async def picture(picture_id: int, until: int, signature: str) -> File:
    """The picture of an MMS, for Twilio to fetch within a day."""
    found = await pictures.of_signed(picture_id, until, signature)
    if found is None:
        raise NotFoundException
    return File(found.path, media_type=found.type, content_disposition_type="inline")


router = Router("/", route_handlers=[tracked_link, picture])
