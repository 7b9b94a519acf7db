"""The files of a text, as Twilio's API lists them and its media host hands them out."""

from __future__ import annotations

import base64
from urllib.parse import urlsplit

from aiohttp import web

from webapp.simulator import wire
from webapp.simulator.keys import STORE

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAIAAAACUFjqAAAAFElEQVR4nGM8ISfHgBsw4ZEbwdIARtsBGOVUa2wAAAAASUVORK5CYII="
)


def routes(root: str) -> list[web.RouteDef]:
    return [
        web.get(root + "/Messages/{sid}/Media.json", list_media),
        web.get(root + "/Messages/{sid}/Media/{media}", read_media),
        web.get("/media/{media}", stored_media),
    ]


async def list_media(request: web.Request) -> web.Response:
    text = request.app[STORE].get(request.match_info["sid"])
    if text is None:
        return wire.error(20404)
    rows = [
        {
            "sid": url.rpartition("/")[2],
            "parent_sid": text.sid,
            "content_type": "image/png",
            "uri": urlsplit(url).path + ".json",
        }
        for url in text.media.split()
    ]
    return web.json_response(
        {"media_list": rows, "uri": request.path, "next_page_uri": None, "page": 0, "page_size": 50}
    )


async def read_media(request: web.Request) -> web.Response:
    """Redirects to another host, which takes no login, as Twilio does."""
    raise web.HTTPTemporaryRedirect(str(request.url.with_path(f"/media/{request.match_info['media']}")))


async def stored_media(request: web.Request) -> web.Response:
    """By the ending: .png is a picture, .exe only claims to be one, .big is 9 MB, .down is a 503, .vanished is a 410,
    any other is a 404."""
    if "Authorization" in request.headers:
        return web.Response(status=400, text="Only one auth mechanism allowed")
    match request.match_info["media"].rpartition(".")[2]:
        case "png":
            return web.Response(body=PIXEL, content_type="image/png")
        case "exe":
            return web.Response(body=b"MZ" + bytes(2000), content_type="image/png")
        case "big":
            return web.Response(body=bytes(9_000_000), content_type="image/png")
        case "down":
            return web.Response(status=503)
        case "vanished":
            return web.Response(status=410)
    return web.Response(status=404)
