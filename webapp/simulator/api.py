"""The REST calls we use, as Twilio answers them."""

from __future__ import annotations

import asyncio
import base64
import re
import secrets
from datetime import datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from webapp.simulator import wire
from webapp.simulator.carrier import Carrier
from webapp.simulator.faults import CALL, Fault
from webapp.simulator.store import OUT, Message, Store

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
E164 = re.compile(r"\+[1-9]\d{6,14}")

CARRIER = web.AppKey("carrier", Carrier)
STORE = web.AppKey("store", Store)


def routes() -> list[web.RouteDef]:
    root = "/2010-04-01/Accounts/{account}"
    return [
        web.get(root + ".json", account),
        web.post(root + "/Messages.json", create_message),
        web.get(root + "/Messages.json", list_messages),
        web.get(root + "/Messages/{sid}.json", read_message),
        web.get(root + "/Messages/{sid}/Media.json", list_media),
        web.get(root + "/Messages/{sid}/Media/{media}", read_media),
        web.get("/media/{media}", stored_media),
        web.get(root + "/IncomingPhoneNumbers.json", list_numbers),
        web.post(root + "/IncomingPhoneNumbers.json", buy_number),
        web.get(root + "/IncomingPhoneNumbers/{sid}.json", read_number),
        web.post(root + "/IncomingPhoneNumbers/{sid}.json", change_number),
        web.delete(root + "/IncomingPhoneNumbers/{sid}.json", release_number),
        web.get(root + "/AvailablePhoneNumbers/US/Local.json", available_numbers),
        web.get("/v2/PhoneNumbers/{phone}", lookup),
    ]


@web.middleware
async def authenticate(request: web.Request, handler: Any) -> web.StreamResponse:
    """Basic authentication on the API; the pages of the simulator are for whoever sits at this machine."""
    if request.path.startswith(("/2010-04-01/", "/v2/")):
        carrier = request.app[CARRIER]
        wanted = "Basic " + base64.b64encode(f"{carrier.account}:{carrier.token}".encode()).decode()
        if not secrets.compare_digest(request.headers.get("Authorization", ""), wanted):
            return wire.error(20003)
        if request.match_info.get("account", carrier.account) != carrier.account:
            return wire.error(20404)
    return await handler(request)


async def account(request: web.Request) -> web.Response:
    carrier = request.app[CARRIER]
    return web.json_response(
        {
            "sid": carrier.account,
            "friendly_name": "Rehearsal",
            "status": "active",
            "type": "Full",
            "auth_token": None,
            "owner_account_sid": carrier.account,
            "date_created": None,
            "date_updated": None,
            "subresource_uris": {},
            "uri": request.path,
        }
    )


async def create_message(request: web.Request) -> web.StreamResponse:
    form = await request.post()
    to = str(form.get("To", ""))
    fault = request.app[CARRIER].plan.next(CALL, to)
    if fault and (answer := await _before(request, fault)):
        return answer
    if code := _refusal(request.app[STORE], form):
        return wire.error(code)
    text = _accept(request.app[STORE], form)
    await _carry(request.app[CARRIER], text)
    if fault and (answer := await _after(request, fault)):
        return answer
    return web.json_response(wire.message(request.app[CARRIER].account, text), status=201)


def _refusal(store: Store, form: Any) -> int:
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
    """Trouble before Twilio takes the text."""
    match fault.do:
        case "429":
            return wire.error(20429, retry_after=min(fault.seconds, 1))
        case "500":
            return web.Response(status=500, text="<html>Internal Server Error</html>", content_type="text/html")
        case "code":
            return wire.error(fault.code)
        case "timeout_before":
            await asyncio.sleep(fault.seconds)
            return _cut(request)
        case "reset_before":
            return _cut(request)
    return None


async def _after(request: web.Request, fault: Fault) -> web.StreamResponse | None:
    """Trouble after Twilio took it: the worst kind."""
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
    if request.transport:
        request.transport.abort()
    return web.Response()


async def list_messages(request: web.Request) -> web.Response:
    query, where = request.query, ["1"]
    values: list[Any] = []
    for name, column in (("To", "recipient"), ("From", "sender")):
        if name in query:
            where.append(f"{column} = ?")
            values.append(query[name])
    for name, sign in (("DateSent>", ">="), ("DateSent<", "<=")):
        if name in query:
            where.append(f"sent {sign} ?")
            values.append(_instant(query[name]))
    size, number = min(int(query.get("PageSize", 50)), 1000), int(query.get("Page", 0))
    found = request.app[STORE].messages(" AND ".join(where), *values, limit=size + 1, offset=number * size)
    rows = [wire.message(request.app[CARRIER].account, text) for text in found[:size]]
    kept = urlencode([(k, v) for k, v in query.items() if k not in ("PageSize", "Page", "PageToken")])
    return web.json_response(wire.page(request.path, "messages", rows, number, size, len(found) > size, kept))


def _instant(text: str) -> float:

    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


async def read_message(request: web.Request) -> web.Response:
    text = request.app[STORE].get(request.match_info["sid"])
    return web.json_response(wire.message(request.app[CARRIER].account, text)) if text else wire.error(20404)


def _number(request: web.Request, row: Any) -> dict[str, Any]:
    return wire.number(request.app[CARRIER].account, row, format_datetime(request.app[STORE].clock.now()))


async def list_numbers(request: web.Request) -> web.Response:
    rows = [_number(request, row) for row in request.app[STORE].numbers()]
    if wanted := request.query.get("PhoneNumber"):
        rows = [row for row in rows if row["phone_number"] == wanted]
    size, number = min(int(request.query.get("PageSize", 50)), 1000), int(request.query.get("Page", 0))
    part = rows[number * size : (number + 1) * size]
    more = len(rows) > (number + 1) * size
    return web.json_response(wire.page(request.path, "incoming_phone_numbers", part, number, size, more, ""))


async def buy_number(request: web.Request) -> web.Response:
    form, store = await request.post(), request.app[STORE]
    wanted = str(form.get("PhoneNumber") or "") or next(iter(_free(store, str(form.get("AreaCode", "415")))), "")
    if not E164.fullmatch(wanted):
        return wire.error(21211)
    return web.json_response(_number(request, store.add_number(wanted, str(form.get("SmsUrl", "")))), status=201)


async def read_number(request: web.Request) -> web.Response:
    row = request.app[STORE].number(request.match_info["sid"])
    return web.json_response(_number(request, row)) if row else wire.error(20404)


async def change_number(request: web.Request) -> web.Response:
    form, store, sid = await request.post(), request.app[STORE], request.match_info["sid"]
    if not store.number(sid):
        return wire.error(20404)
    if "SmsUrl" in form:
        store.point(sid, str(form["SmsUrl"]))
    return web.json_response(_number(request, store.number(sid)))


async def release_number(request: web.Request) -> web.Response:
    if not request.app[STORE].number(request.match_info["sid"]):
        return wire.error(20404)
    request.app[STORE].drop_number(request.match_info["sid"])
    return web.Response(status=204)


async def available_numbers(request: web.Request) -> web.Response:
    free = _free(request.app[STORE], request.query.get("AreaCode", "415"))
    rows = [
        {
            "friendly_name": f"({e[2:5]}) {e[5:8]}-{e[8:]}",
            "phone_number": e,
            "lata": None,
            "locality": None,
            "rate_center": None,
            "latitude": None,
            "longitude": None,
            "region": None,
            "postal_code": None,
            "iso_country": "US",
            "address_requirements": "none",
            "beta": False,
            "capabilities": {"voice": True, "SMS": True, "MMS": True, "fax": False},
        }
        for e in free[: int(request.query.get("PageSize", 20))]
    ]
    return web.json_response({"available_phone_numbers": rows, "uri": request.path})


def _free(store: Store, area_code: str) -> list[str]:
    """Fictional numbers of an area code that nobody has."""
    taken = {row["e164"] for row in store.numbers()}
    return [e for n in range(100, 200) if (e := f"+1{area_code}5550{n}") not in taken]


async def lookup(request: web.Request) -> web.Response:
    phone = request.match_info["phone"]
    valid = bool(E164.fullmatch(phone))
    landline = phone.endswith("9")
    line = {
        "type": "landline" if landline else "mobile",
        "carrier_name": "Rehearsal",
        "mobile_country_code": None,
        "mobile_network_code": None,
        "error_code": None,
    }
    return web.json_response(
        {
            "calling_country_code": "1",
            "country_code": "US",
            "phone_number": phone,
            "national_format": phone,
            "valid": valid,
            "validation_errors": [] if valid else ["INVALID_LENGTH"],
            "line_type_intelligence": line,
            "url": str(request.url),
        }
    )


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
    """Twilio answers with where the file is; there nobody logs in."""
    raise web.HTTPTemporaryRedirect(str(request.url.with_path(f"/media/{request.match_info['media']}")))


PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAIAAAACUFjqAAAAFElEQVR4nGM8ISfHgBsw4ZEbwdIARtsBGOVUa2wAAAAASUVORK5CYII="
)


async def stored_media(request: web.Request) -> web.Response:
    """By the name's end: .png is a picture, .exe says that it is one, .big never ends, .gone is not there any more."""
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
    return web.Response(status=404)
