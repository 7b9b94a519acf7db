"""Numbers of the account, numbers for sale, and Lookup, as Twilio answers."""

from __future__ import annotations

import re
from email.utils import format_datetime
from typing import Any

from aiohttp import web

from webapp.simulator import wire
from webapp.simulator.keys import CARRIER, STORE
from webapp.simulator.store import Store

E164 = re.compile(r"\+[1-9]\d{6,14}")
LANDLINE_DIGIT = "9"  # a phone that ends with it is a landline


def routes(root: str) -> list[web.RouteDef]:
    return [
        web.get(root + "/IncomingPhoneNumbers.json", list_numbers),
        web.post(root + "/IncomingPhoneNumbers.json", buy_number),
        web.get(root + "/IncomingPhoneNumbers/{sid}.json", read_number),
        web.post(root + "/IncomingPhoneNumbers/{sid}.json", change_number),
        web.delete(root + "/IncomingPhoneNumbers/{sid}.json", release_number),
        web.get(root + "/AvailablePhoneNumbers/US/Local.json", available_numbers),
        web.get("/v2/PhoneNumbers/{phone}", lookup),
        web.get("/v1/Services", list_services),
        web.get("/v1/Services/{sid}/PhoneNumbers", list_service_numbers),
    ]


async def list_numbers(request: web.Request) -> web.Response:
    rows = [_number(request, row) for row in request.app[STORE].numbers()]
    if wanted := request.query.get("PhoneNumber"):
        rows = [row for row in rows if row["phone_number"] == wanted]
    size, number = wire.page_asked(request)
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
    rows = [wire.available_number(e164) for e164 in free[: int(request.query.get("PageSize", 20))]]
    return web.json_response({"available_phone_numbers": rows, "uri": request.path})


def _free(store: Store, area_code: str) -> list[str]:
    """Fictional numbers of an area code that nobody has."""
    taken = {row["e164"] for row in store.numbers()}
    return [e for n in range(100, 200) if (e := f"+1{area_code}5550{n}") not in taken]


def _number(request: web.Request, row: Any) -> dict[str, Any]:
    return wire.number(request.app[CARRIER].account, row, format_datetime(request.app[STORE].clock.now()))


async def list_services(request: web.Request) -> web.Response:
    account = request.app[CARRIER].account
    rows = [wire.service(account, row) for row in request.app[STORE].services()]
    return web.json_response(wire.meta_page(request.path, "services", rows))


async def list_service_numbers(request: web.Request) -> web.Response:
    store, sid = request.app[STORE], request.match_info["sid"]
    [numbers] = [row["numbers"].split() for row in store.services() if row["sid"] == sid] or [[]]
    found = [row for row in store.numbers() if row["e164"] in numbers]
    rows = [{"sid": row["sid"], "service_sid": sid, "phone_number": row["e164"], "capabilities": []} for row in found]
    return web.json_response(wire.meta_page(request.path, "phone_numbers", rows))


async def lookup(request: web.Request) -> web.Response:
    phone = request.match_info["phone"]
    valid = bool(E164.fullmatch(phone))
    kind = "landline" if phone.endswith(LANDLINE_DIGIT) else "mobile"
    return web.json_response(wire.line(phone, valid, kind, str(request.url)))
