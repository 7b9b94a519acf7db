"""Answers as Twilio writes them: strings where Twilio has strings, dates of RFC 2822, errors with a code."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import smsutil
from aiohttp import web

from webapp.simulator.store import Message

VERSION = "2010-04-01"
HTTP_OF = {20003: 401, 20005: 401, 20403: 403, 20404: 404, 20429: 429}
WORDS = {
    10001: "Account is not active",
    20005: "Account not active",
    20403: "Forbidden",
    20003: "Authenticate",
    20404: "The requested resource was not found",
    20429: "Too Many Requests",
    21211: "Invalid 'To' Phone Number",
    21212: "Invalid From Number",
    21408: "Permission to send an SMS has not been enabled",
    21602: "Message body is required",
    21604: "A 'To' phone number is required",
    21606: "The 'From' number is not a valid, SMS-capable number",
    21610: "Attempt to send to unsubscribed recipient",
    21611: "This 'From' number has exceeded the maximum number of queued messages",
    21612: "The 'To' phone number is not currently reachable",
    21614: "'To' number is not a valid mobile number",
    21617: "The concatenated message body exceeds the 1600 character limit",
    21635: "'To' number cannot be a landline",
}


def error(code: int, retry_after: float | None = None) -> web.Response:
    body: dict[str, Any] = {
        "code": code,
        "message": WORDS.get(code, "Error"),
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": HTTP_OF.get(code, 400),
    }
    headers = {"Retry-After": str(retry_after)} if retry_after is not None else {}
    return web.json_response(body, status=body["status"], headers=headers)


def segments(body: str) -> int:
    """Counted with another library than the product counts with."""
    return max(1, len(smsutil.split(body).parts)) if body else 1


FINAL = ("sent", "delivered", "undelivered")


def message(account: str, text: Message) -> dict[str, Any]:
    return {
        "body": text.body,
        "num_segments": str(text.segments),
        "direction": text.direction,
        "from": text.sender,
        "to": text.recipient,
        "date_updated": format_datetime(text.at),
        "price": f"-{0.0079 * text.segments:.5f}" if text.status in FINAL else None,
        "error_message": None,
        "uri": f"/{VERSION}/Accounts/{account}/Messages/{text.sid}.json",
        "account_sid": account,
        "num_media": str(len(text.media.split())),
        "status": text.status,
        "messaging_service_sid": None,
        "sid": text.sid,
        "date_sent": format_datetime(datetime.fromtimestamp(text.sent, UTC)) if text.sent else None,
        "date_created": format_datetime(text.at),
        "error_code": text.error_code,
        "price_unit": "USD",
        "api_version": VERSION,
        "subresource_uris": {"media": f"/{VERSION}/Accounts/{account}/Messages/{text.sid}/Media.json"},
    }


NUMBER = {
    "sms_method": "POST",
    "sms_fallback_url": "",
    "sms_fallback_method": "POST",
    "sms_application_sid": "",
    "status_callback": "",
    "status_callback_method": "POST",
    "voice_url": "",
    "voice_method": "POST",
    "voice_caller_id_lookup": False,
    "voice_fallback_url": "",
    "voice_fallback_method": "POST",
    "voice_application_sid": None,
    "trunk_sid": None,
    "address_sid": None,
    "address_requirements": "none",
    "identity_sid": None,
    "bundle_sid": None,
    "emergency_status": "Inactive",
    "emergency_address_sid": None,
    "emergency_address_status": "unregistered",
    "voice_receive_mode": "voice",
    "origin": "twilio",
    "beta": False,
    "status": "in-use",
    "type": "local",
    "capabilities": {"voice": True, "sms": True, "mms": True, "fax": False},
    "api_version": VERSION,
}


def number(account: str, row: sqlite3.Row, at: str) -> dict[str, Any]:
    """A number of the account."""
    return {
        **NUMBER,
        "sid": row["sid"],
        "account_sid": account,
        "phone_number": row["e164"],
        "friendly_name": _friendly(row["e164"]),
        "sms_url": row["sms_url"],
        "date_created": at,
        "date_updated": at,
        "uri": f"/{VERSION}/Accounts/{account}/IncomingPhoneNumbers/{row['sid']}.json",
    }


def _friendly(e164: str) -> str:
    return f"({e164[2:5]}) {e164[5:8]}-{e164[8:]}"


AVAILABLE = {
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


def available_number(e164: str) -> dict[str, Any]:
    """A number for sale."""
    return {"friendly_name": _friendly(e164), "phone_number": e164, **AVAILABLE}


def service(account: str, row: sqlite3.Row) -> dict[str, Any]:
    """A Messaging Service."""
    return {
        "sid": row["sid"],
        "account_sid": account,
        "friendly_name": row["name"],
        "inbound_request_url": row["inbound_url"] or None,
        "inbound_method": "POST",
        "use_inbound_webhook_on_number": bool(row["on_number"]),
        "url": f"/v1/Services/{row['sid']}",
        "links": {"phone_numbers": f"/v1/Services/{row['sid']}/PhoneNumbers"},
    }


def meta_page(path: str, key: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The envelope of a list as Twilio's newer interfaces send it; all on one page."""
    meta = {"key": key, "page": 0, "page_size": 50, "url": path, "first_page_url": path}
    return {key: rows, "meta": {**meta, "previous_page_url": None, "next_page_url": None}}


def account(sid: str, uri: str) -> dict[str, Any]:
    return {
        "sid": sid,
        "friendly_name": "Rehearsal",
        "status": "active",
        "type": "Full",
        "auth_token": None,
        "owner_account_sid": sid,
        "date_created": None,
        "date_updated": None,
        "subresource_uris": {},
        "uri": uri,
    }


LINE = {"carrier_name": "Rehearsal", "mobile_country_code": None, "mobile_network_code": None, "error_code": None}


def line(phone: str, valid: bool, kind: str, url: str) -> dict[str, Any]:
    """Lookup's answer; ``kind``: "mobile" or "landline"."""
    return {
        "calling_country_code": "1",
        "country_code": "US",
        "phone_number": phone,
        "national_format": phone,
        "valid": valid,
        "validation_errors": [] if valid else ["INVALID_LENGTH"],
        "line_type_intelligence": {"type": kind, **LINE},
        "url": url,
    }


def page_asked(request: web.Request) -> tuple[int, int]:
    """Rows a page, at most 1,000, and the page's number, from 0."""
    return min(int(request.query.get("PageSize", 50)), 1000), int(request.query.get("Page", 0))


def page(
    path: str, key: str, rows: list[dict[str, Any]], number: int, size: int, more: bool, query: str
) -> dict[str, Any]:
    """The envelope of a list; addresses are relative to the host, as the SDK follows them."""
    joined = f"{query}&" if query else ""
    at = f"{path}?{joined}PageSize={size}&Page="
    return {
        key: rows,
        "page": number,
        "page_size": size,
        "start": number * size,
        "end": number * size + max(0, len(rows) - 1),
        "uri": f"{at}{number}",
        "first_page_uri": f"{at}0",
        "previous_page_uri": f"{at}{number - 1}" if number else None,
        "next_page_uri": f"{at}{number + 1}&PageToken=PA{rows[-1]['sid'] if rows else ''}" if more else None,
    }
