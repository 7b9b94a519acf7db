"""Texts, as Twilio's API takes and lists them, and the troubles planned for a call."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from webapp.simulator import wire
from webapp.simulator.carrier import Carrier
from webapp.simulator.faults import CALL, HIDING, LIST, Fault
from webapp.simulator.keys import CARRIER, STORE
from webapp.simulator.numbers import E164
from webapp.simulator.store import LISTED, OUT, Message, Store

LONGEST = 1600
# Twilio's magic numbers for tests
MAGIC_TO = {
    "+15005550001": 21211,
    "+15005550002": 21612,
    "+15005550003": 21408,
    "+15005550004": 21610,
    "+15005550009": 21614,
}
MAGIC_FROM = {"+15005550001": 21212, "+15005550007": 21606, "+15005550008": 21611}


def routes(root: str) -> list[web.RouteDef]:
    return [
        web.post(root + "/Messages.json", create_message),
        web.get(root + "/Messages.json", list_messages),
        web.get(root + "/Messages/{sid}.json", read_message),
    ]


async def create_message(request: web.Request) -> web.StreamResponse:
    form = await request.post()
    to = str(form.get("To", ""))
    fault = request.app[CARRIER].plan.next(CALL, to)
    if fault and (answer := await _before(request, fault)):
        return answer
    if code := _refusal(request.app[STORE], form):
        return wire.error(code)
    text = _accept(request.app[STORE], form)
    if hiding := request.app[CARRIER].plan.next(HIDING, to):
        request.app[STORE].hide(text.sid, hiding.seconds)
    await _carry(request.app[CARRIER], text)
    if fault and (answer := await _after(request, fault)):
        return answer
    return web.json_response(wire.message(request.app[CARRIER].account, text), status=201)


def _refusal(store: Store, form: Any) -> int:
    """Twilio's error code; 0 where the text is taken."""
    to, sender, body = str(form.get("To", "")), str(form.get("From", "")), str(form.get("Body", ""))
    if not to:
        return 21604
    if not body and not form.get("MediaUrl"):
        return 21602
    if len(body) > LONGEST:
        return 21617
    if code := MAGIC_TO.get(to) or MAGIC_FROM.get(sender):
        return code
    if not E164.fullmatch(to):
        return 21211
    if not store.number(sender):
        return 21606
    return 21610 if store.is_blocked(sender, to) else 0


def _accept(store: Store, form: Any) -> Message:
    body, media = str(form.get("Body", "")), " ".join(map(str, form.getall("MediaUrl", [])))
    validity = str(form.get("ValidityPeriod", ""))
    return store.add(
        OUT,
        str(form["From"]),
        str(form["To"]),
        body,
        1 if media else wire.segments(body),
        callback=str(form.get("StatusCallback", "")),
        validity=int(validity) if validity.isdecimal() else None,
        media=media,
    )


async def _carry(carrier: Carrier, text: Message) -> None:
    fault = carrier.fault_for(text)
    if fault and fault.do == "before_answer":
        await carrier.tell_status(text, "sent")
    carrier.later(carrier.carry(text, fault))


async def _before(request: web.Request, fault: Fault) -> web.StreamResponse | None:
    """The answer where the call fails before Twilio took the text."""
    match fault.do:
        case "429":
            return wire.error(20429, retry_after=min(fault.seconds, 1))
        case "500":
            return _page(500)
        case "html":
            return _page(fault.code)
        case "code":
            return wire.error(fault.code)
        case "timeout_before":
            await asyncio.sleep(fault.seconds)
            return _cut(request)
        case "reset_before":
            return _cut(request)
    return None


def _page(status: int) -> web.Response:
    return web.Response(status=status, text="<html>Not what you asked for</html>", content_type="text/html")


async def _after(request: web.Request, fault: Fault) -> web.StreamResponse | None:
    """The answer where Twilio took the text and the caller can't know."""
    match fault.do:
        case "timeout_after":
            await asyncio.sleep(fault.seconds)
            return _cut(request)
        case "reset_after":
            return _cut(request)
        case "unreadable":
            return web.Response(status=201, text="{broken")
    return None


def _cut(request: web.Request) -> web.Response:
    """Closes the connection: the answer returned here goes nowhere."""
    if request.transport:
        request.transport.abort()
    return web.Response()


async def list_messages(request: web.Request) -> web.Response:
    """Newest first by the date sent. The next page begins after the text that its token names, whatever came since."""
    fault = request.app[CARRIER].plan.next(LIST, "")
    if fault and (answer := await _failing(request, fault)):
        return answer
    query, store = request.query, request.app[STORE]
    where, values = ["1"], list[Any]()
    if hidden := store.hidden():
        where.append(f"sid NOT IN ({', '.join('?' * len(hidden))})")
        values += hidden
    for name, column in (("To", "recipient"), ("From", "sender")):
        if name in query:
            where.append(f"{column} = ?")
            values.append(query[name])
    for name, sign in (("DateSent>", ">="), ("DateSent<", "<=")):
        if name in query:
            where.append(f"sent {sign} ?")
            values.append(_instant(query[name]))
    size, number = wire.page_asked(request)
    if last := store.get(query.get("PageToken", "").removeprefix("PA")):
        where.append(f"({LISTED}, n) < (?, ?)")
        values += [last.sent or last.created, last.n]
    found = store.messages(" AND ".join(where), *values, limit=size + 1, order=LISTED)
    rows = [wire.message(request.app[CARRIER].account, text) for text in found[:size]]
    kept = urlencode([(k, v) for k, v in query.items() if k not in ("PageSize", "Page", "PageToken")])
    return web.json_response(wire.page(request.path, "messages", rows, number, size, len(found) > size, kept))


async def _failing(request: web.Request, fault: Fault) -> web.Response | None:
    if fault.do == "list_500":
        return _page(500)
    if fault.do != "list_cut":
        await asyncio.sleep(fault.seconds)
    return None if fault.do == "list_slow" else _cut(request)


def _instant(text: str) -> float:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


async def read_message(request: web.Request) -> web.Response:
    text = request.app[STORE].get(request.match_info["sid"])
    return web.json_response(wire.message(request.app[CARRIER].account, text)) if text else wire.error(20404)
