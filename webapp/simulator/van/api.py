"""The REST calls we use, as VAN answers them (version 4)."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from webapp.simulator.van import store as held
from webapp.simulator.van import wire
from webapp.simulator.van.store import Store

STORE = web.AppKey("van", Store)
ROOT = "/v4"
SLOW = 30.0  # seconds
EXPORT_TYPE = 8
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def routes() -> list[web.RouteDef]:
    return [
        web.get(ROOT + "/canvassResponses/contactTypes", contact_types),
        web.get(ROOT + "/canvassResponses/resultCodes", result_codes),
        web.get(ROOT + "/activistCodes", activist_codes),
        web.get(ROOT + "/surveyQuestions", survey_questions),
        web.post(ROOT + "/people/find", find),
        web.get(ROOT + "/people/{van_id:\\d+}", person),
        web.post(ROOT + "/people/{van_id:\\d+}/canvassResponses", canvass),
        web.get(ROOT + "/savedLists", saved_lists),
        web.post(ROOT + "/exportJobs", begin_export),
        web.get(ROOT + "/exportJobs/{job:\\d+}", export_job),
        web.get("/files/{job:\\d+}.csv", export_file),
    ]


@web.middleware
async def at_the_door(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Basic authentication with key and mode, the limit a second, and the faults a test asked for."""
    if not request.path.startswith(ROOT):
        return await handler(request)
    store = request.app[STORE]
    fault = store.faults.pop(0) if store.faults else ""
    if fault.isdecimal():
        return wire.error(int(fault))
    if not _mode(request, store.key):
        return wire.error(401)
    if store.crowded():
        return wire.error(429)
    if fault == "slow":
        await asyncio.sleep(SLOW)
    try:
        answer = await handler(request)
    except web.HTTPNotFound:
        return wire.error(404)
    if fault == "lost" and request.transport:  # done, and nobody hears of it
        request.transport.abort()
    return answer


def _mode(request: web.Request, key: str) -> str:
    """ "0" or "1"; blank where the key is another."""
    try:
        _, _, password = (
            base64.b64decode(request.headers.get("Authorization", "").removeprefix("Basic ")).decode().partition(":")
        )
    except ValueError:
        return ""
    return password[-1] if password in (f"{key}|0", f"{key}|1") else ""


def _named(id_name: str, rows: list[tuple[int, str]], **more: Any) -> list[dict[str, Any]]:
    return [{id_name: id, "name": name, "shortName": name[:3], "mediumName": name[:20], **more} for id, name in rows]


async def contact_types(request: web.Request) -> web.Response:
    return web.json_response(_named("contactTypeId", held.CONTACT_TYPES, channelTypeName="Other"))


async def result_codes(request: web.Request) -> web.Response:
    store = request.app[STORE]
    found = _named("resultCodeId", held.RESULT_CODES)
    return web.json_response([code for code in found if store.in_use("resultCode", code["resultCodeId"])])


async def activist_codes(request: web.Request) -> web.Response:
    store = request.app[STORE]
    found = _named("activistCodeId", held.ACTIVIST_CODES, type="Constituency", status="Active", scriptQuestion=None)
    return wire.paged(request, [code for code in found if store.in_use("activistCode", code["activistCodeId"])])


async def survey_questions(request: web.Request) -> web.Response:
    store = request.app[STORE]
    found = []
    for id, name, responses in held.QUESTIONS:
        if store.in_use("surveyQuestion", id):
            there = [one for one in responses if store.in_use("surveyResponse", one[0])]
            about = {"surveyQuestionId": id, "name": name, "status": "Active", "cycle": 2026, "scriptQuestion": name}
            found.append({**about, "responses": _named("surveyResponseId", there)})
    return wire.paged(request, found)


async def person(request: web.Request) -> web.Response:
    """The person, with phones where $expand asks for them."""
    found = request.app[STORE].person(int(request.match_info["van_id"]))
    if found is None:
        return wire.error(404)
    phones = [{"phoneId": found["phone_id"], "phoneNumber": found["phone"], "phoneType": "Cell", "isPreferred": True}]
    wanted = "phones" in request.query.get("$expand", "")
    first, last = request.app[STORE].name(found["van_id"])
    return web.json_response(
        {"vanId": found["van_id"], "firstName": first, "lastName": last, "phones": phones if wanted else None}
    )


async def find(request: web.Request) -> web.Response:
    """One person of this name: with the phone where somebody has it, else by the name alone."""
    store, body = request.app[STORE], await request.json()
    first, last = str(body.get("firstName") or ""), str(body.get("lastName") or "")
    if not first or not last:
        return wire.error(400, "'firstName' and 'lastName' are required", "firstName", "lastName")
    phones = {str(one.get("phoneNumber")) for one in body.get("phones") or []}
    named = [row for row in store.people() if store.name(row["van_id"]) == (first, last)]
    found = [row for row in named if row["phone"] in phones] or named
    if len(found) != 1:
        return wire.error(404)
    return web.json_response({"vanId": found[0]["van_id"], "status": "Matched"}, status=302)


async def canvass(request: web.Request) -> web.Response:
    store, van_id = request.app[STORE], int(request.match_info["van_id"])
    try:
        body = await request.json()
    except ValueError:
        return wire.error(400, "The body is no JSON")
    if store.person(van_id) is None:
        return wire.error(404)
    if why := _refused(store, body):
        return wire.error(400, *why)
    store.take(van_id, body, _mode(request, store.key))
    return web.Response(status=204)


def _refused(store: Store, body: dict[str, Any]) -> tuple[str, str] | None:
    """The reason why VAN refuses it all: its words, and the property they are about."""
    code, responses = body.get("resultCodeId"), body.get("responses")
    if (code is None) == (not responses):
        return "Either 'resultCodeId' or 'responses' must be specified", "resultCodeId"
    kind = body.get("canvassContext", {}).get("contactTypeId")
    if kind is not None and kind not in dict(held.CONTACT_TYPES):
        return "'contactTypeId' is not valid in the current context", "canvassContext.contactTypeId"
    if code is not None:
        return None if _there(store, "resultCode", code) else ("'resultCodeId' is not valid", "resultCodeId")
    wrong = (_wrong(store, one) for one in responses or [])
    return next((why for why in wrong if why), None)


def _wrong(store: Store, one: dict[str, Any]) -> tuple[str, str] | None:
    if one.get("type") == "ActivistCode":
        fine = _there(store, "activistCode", one.get("activistCodeId")) and one.get("action") in ("Apply", "Remove")
        return None if fine else ("'activistCodeId' is not valid", "responses.activistCodeId")
    if one.get("type") == "SurveyResponse":
        fine = _there(store, "surveyQuestion", one.get("surveyQuestionId"))
        answers = {q[0]: dict(q[2]) for q in held.QUESTIONS}.get(one.get("surveyQuestionId") or 0, {})
        fine = fine and one.get("surveyResponseId") in answers
        fine = fine and _there(store, "surveyResponse", one.get("surveyResponseId"))
        return None if fine else ("'surveyResponseId' is not valid", "responses.surveyResponseId")
    return "'type' is not valid", "responses.type"


def _there(store: Store, kind: str, id: Any) -> bool:
    known = {
        "activistCode": dict(held.ACTIVIST_CODES),
        "resultCode": dict(held.RESULT_CODES),
        "surveyQuestion": {q[0]: q[1] for q in held.QUESTIONS},
        "surveyResponse": {r[0]: r[1] for q in held.QUESTIONS for r in q[2]},
    }
    return id in known[kind] and store.in_use(kind, id)


async def saved_lists(request: web.Request) -> web.Response:
    store = request.app[STORE]
    lists = [
        {"savedListId": id, "name": name, "listCount": len(people), "doorCount": 0}
        for id, (name, people) in store.lists.items()
        if id not in store.unshared
    ]
    return wire.paged(request, lists)


async def begin_export(request: web.Request) -> web.Response:
    store, body = request.app[STORE], await request.json()
    if "webhookUrl" not in body or body.get("type") != EXPORT_TYPE:
        return wire.error(400, "'webhookUrl' and a known 'type' are required", "webhookUrl", "type")
    if body.get("savedListId") not in store.lists:
        return wire.error(400, "'savedListId' is not valid", "savedListId")
    if body["savedListId"] in store.unshared:
        return wire.error(403, "The specified saved list is not accessible")
    id = store.begin_job(body["savedListId"])
    return web.json_response(_job(request, id, body["savedListId"], "Pending"), status=201)


async def export_job(request: web.Request) -> web.Response:
    store = request.app[STORE]
    found = store.job(int(request.match_info["job"]))
    if found is None:
        return wire.error(404)
    ready = found["asked"] > 1 and found["list_id"] not in store.stuck
    status = "Error" if found["list_id"] in store.broken else "Completed" if ready else "Pending"
    return web.json_response(_job(request, found["id"], found["list_id"], status))


def _job(request: web.Request, id: int, list_id: int, status: str) -> dict[str, Any]:
    url = f"{request.scheme}://{request.host}/files/{id}.csv" if status == "Completed" else None
    why = "EXPORT_FAILED" if status == "Error" else None
    job = {"exportJobId": id, "savedListId": list_id, "type": EXPORT_TYPE, "status": status}
    return job | {"downloadUrl": url, "errorCode": why}


COLUMNS = (
    "VanID,LastName,FirstName,CellPhone,CellPhoneDialingPrefix,CellPhoneCountryCode,CellPhoneId,HomePhone,HomePhoneId"
)


async def export_file(request: web.Request) -> web.Response:
    """Open to whoever has the address, as VAN's are for a day."""
    store = request.app[STORE]
    if request.headers.get("Authorization"):
        return wire.error(400, "The key does not belong here")
    found = store.db.execute("SELECT list_id FROM job WHERE id = ?", (int(request.match_info["job"]),)).fetchone()
    lines = [COLUMNS]
    for van_id in store.lists[found["list_id"]][1] if found else []:
        if row := store.person(van_id):
            home = f"{row['phone'][:3]}5559{van_id % 1000:03},{80_000 + van_id}"
            first, last = store.name(van_id)
            lines.append(f"{van_id},{last},{first},{row['phone']},1,US,{row['phone_id']},{home}")
    return web.Response(text="\r\n".join(lines) + "\r\n", content_type="text/csv")
