"""The phones page: see what a contact got, answer as them, let personas answer, move the rehearsal's clock."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import jinja2
from aiohttp import web

from webapp.simulator import api, personas
from webapp.simulator.keys import CARRIER, STORE
from webapp.simulator.mailbox import Mailbox

SITE = web.AppKey("site", str)
MAILBOX = web.AppKey("mailbox", Mailbox)
PACKAGE = Path(__file__).parents[1]
INSTALLED = PACKAGE / "static"  # in a wheel; in a checkout it lies beside the package
STATIC = INSTALLED if INSTALLED.is_dir() else PACKAGE.parent / "static"
HOME = ZoneInfo("America/New_York")

_templates = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
)
_CSP = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self' http: https:; form-action 'self';"
    " frame-ancestors 'none'"
)


def routes() -> list[web.AbstractRouteDef]:
    return [
        web.get("/", home),
        web.get("/phones", phones),
        web.get("/phones/{phone}", phone),
        web.post("/phones/{phone}/replies", answer),
        web.post("/personas", set_personas),
        web.post("/clock", move_clock),
        web.get("/mailbox", letters),
        web.get("/static/css/site.css", sheet),
        web.static("/static", STATIC),
    ]


@web.middleware
async def same_origin(request: web.Request, handler: api.Handler) -> web.StreamResponse:
    """Refuses forms of other sites: they must not move the clock or answer as a contact."""
    origin = request.headers.get("Origin")
    if request.method == "POST" and origin and urlsplit(origin).netloc != request.host:
        return web.Response(status=403, text="This form came from another site. Nothing was done.")
    return await handler(request)


async def home(request: web.Request) -> web.Response:
    raise web.HTTPFound("/phones")


async def sheet(request: web.Request) -> web.Response:
    """The product's style sheets as one: site.css names them in order."""
    folder = STATIC / "css"
    names = re.findall(r'@import "(.+?)";', (folder / "site.css").read_text())
    return web.Response(text="\n".join((folder / name).read_text() for name in names), content_type="text/css")


async def phones(request: web.Request) -> web.Response:
    store = request.app[STORE]
    ours = {row["e164"] for row in store.numbers()}
    rows = [_row(message, ours) for message in store.phones(ours)]
    return _page(request, "phones.html", rows=rows, chosen=None, messages=[])


async def phone(request: web.Request) -> web.Response:
    chosen, store = request.match_info["phone"], request.app[STORE]
    messages = store.messages("sender = ? OR recipient = ?", chosen, chosen, limit=100)
    if not messages:
        raise web.HTTPNotFound(text="This phone has got no text yet.")
    return _page(request, "phone.html", chosen=chosen, messages=list(reversed(messages)), persona=personas.of(chosen))


async def answer(request: web.Request) -> web.Response:
    chosen, form, store = request.match_info["phone"], await request.post(), request.app[STORE]
    got = store.messages("recipient = ?", chosen, limit=1)
    body = str(form.get("body", "")).strip()
    if got and body:
        await request.app[CARRIER].receive(chosen, got[0].sender, body[:1600])
    raise web.HTTPSeeOther(f"/phones/{chosen}#newest")


async def set_personas(request: web.Request) -> web.Response:
    form, store = await request.post(), request.app[STORE]
    store.put_setting("personas", "on" if form.get("on") else "off")
    pace = str(form.get("pace", "8"))
    store.put_setting("pace", pace if pace in ("1", "3", "8", "20", "60") else "8")
    raise web.HTTPSeeOther("/phones")


async def move_clock(request: web.Request) -> web.Response:
    form, clock = await request.post(), request.app[STORE].clock
    if (hours := str(form.get("hours", ""))).lstrip("-").isdecimal():
        clock.set_to(clock.now() + timedelta(hours=int(hours)))
    elif at := str(form.get("at", "")):
        try:
            hour, minute = (int(part) for part in at.split(":"))
            clock.set_to(clock.now().astimezone(HOME).replace(hour=hour, minute=minute, second=0))
        except ValueError:
            raise web.HTTPBadRequest(text="Not a time. The clock was left as it was.") from None
    raise web.HTTPSeeOther("/phones")


async def letters(request: web.Request) -> web.Response:
    return _page(request, "mailbox.html", letters=list(reversed(request.app[MAILBOX].letters)))


def _row(message: Any, ours: set[str]) -> dict[str, Any]:
    theirs = message.sender not in ours
    number = message.sender if theirs else message.recipient
    return {"phone": number, "last": message, "theirs": theirs, "persona": personas.of(number).name}


def _page(request: web.Request, template: str, **context: Any) -> web.Response:
    store = request.app[STORE]
    shown: datetime = store.clock.now().astimezone(HOME)
    text = _templates.get_template(template).render(
        site=request.app[SITE],
        now=shown,
        moved=abs(store.clock.ahead()) > 60,
        home=HOME,
        personas_on=store.setting("personas") == "on",
        pace=store.setting("pace", "8"),
        all_personas=personas.PERSONAS,
        path=request.path,
        **context,
    )
    return web.Response(text=text, content_type="text/html", headers={"Content-Security-Policy": _CSP})
