"""Addresses by which tests steer the simulator: plan faults, answer texts, add numbers, read the texts sent."""

from __future__ import annotations

from aiohttp import web

from webapp.simulator.faults import Fault
from webapp.simulator.keys import CARRIER, STORE
from webapp.simulator.store import OUT


def routes() -> list[web.RouteDef]:
    return [
        web.get("/simulator/messages", sent),
        web.post("/simulator/faults", add_fault),
        web.get("/simulator/faults", met_faults),
        web.delete("/simulator/faults", end_faults),
        web.post("/simulator/replies", reply),
        web.post("/simulator/numbers", add_number),
        web.post("/simulator/services", add_service),
        web.get("/simulator/health", health),
    ]


async def health(request: web.Request) -> web.Response:
    return web.json_response({"ok": True})


async def sent(request: web.Request) -> web.Response:
    """Every text Twilio took from us, oldest first. Tests judge by it."""
    found = request.app[STORE].messages("direction = ?", OUT, limit=1_000_000)
    rows = [
        {
            "sid": m.sid,
            "from": m.sender,
            "to": m.recipient,
            "body": m.body,
            "status": m.status,
            "error_code": m.error_code,
            "created": m.created,
            "segments": m.segments,
            "validity": m.validity,
            "callback": m.callback,
        }
        for m in reversed(found)
    ]
    return web.json_response(rows)


async def add_fault(request: web.Request) -> web.Response:
    try:
        request.app[CARRIER].plan.add(Fault(**await request.json()))
    except (TypeError, ValueError) as error:
        return web.json_response({"error": str(error)}, status=400)
    return web.json_response({"ok": True}, status=201)


async def met_faults(request: web.Request) -> web.Response:
    return web.json_response(request.app[CARRIER].plan.met)


async def end_faults(request: web.Request) -> web.Response:
    """Forgets the faults that are left: Twilio works again."""
    request.app[CARRIER].plan.faults.clear()
    return web.json_response({"ok": True})


async def reply(request: web.Request) -> web.Response:
    """{"from", "to", "body"}; with "deliver": false the webhook is lost, as when our web was down."""
    told = await request.json()
    text = await request.app[CARRIER].receive(
        told["from"], told["to"], told["body"], told.get("media", ""), told.get("deliver", True)
    )
    return web.json_response({"sid": text.sid}, status=201)


async def add_number(request: web.Request) -> web.Response:
    told = await request.json()
    row = request.app[STORE].add_number(told["phone"], told.get("sms_url", ""))
    return web.json_response({"sid": row["sid"], "phone": row["e164"]}, status=201)


async def add_service(request: web.Request) -> web.Response:
    """{"name", "numbers"}; texts to them go to "inbound_url", or with "on_number" to the address on the number."""
    told = await request.json()
    sid = request.app[STORE].add_service(
        told["name"], told.get("inbound_url", ""), told.get("on_number", False), told["numbers"]
    )
    return web.json_response({"sid": sid}, status=201)
