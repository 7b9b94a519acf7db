"""Twilio's webhooks. Each is stored before it is answered; one without Twilio's signature is refused (SPEC X5)."""

from __future__ import annotations

import logging

from litestar import MediaType, Request, Response, Router, post

from webapp import config, news, queue
from webapp.gateways import signature
from webapp.http import forms
from webapp.models.receiving import applying
from webapp.models.receiving.event import INBOUND, STATUS, TwilioEvent, has_files

NOTHING_TO_SAY = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'
LARGEST = 64_000  # bytes; a text of 1,600 characters has under 20,000
log = logging.getLogger(__name__)


@post("/inbound", status_code=200)
async def inbound(request: Request) -> Response[str]:
    """A text from a person."""
    payload = await _signed(request)
    if payload is None:
        return _forged()
    if not applying.sid_of(payload):
        return _nameless()
    if await _at_once(payload):
        return Response(NOTHING_TO_SAY, media_type=MediaType.XML)
    if event := await applying.keep(INBOUND, payload):
        await _apply(event)
        if has_files(payload):
            await queue.fetch_media()
    return Response(NOTHING_TO_SAY, media_type=MediaType.XML)


@post("/status", status_code=200)
async def status(request: Request) -> Response[str]:
    """The status of a text of ours; ``?message=`` is its public id."""
    payload = await _signed(request)
    if payload is None:
        return _forged()
    if not applying.sid_of(payload):
        return _nameless()
    if event := await applying.keep(STATUS, payload, forms.uuid_of(request.query_params.get("message", ""))):
        await _apply(event)
    return Response("", media_type=MediaType.TEXT)


async def _signed(request: Request) -> dict[str, str] | None:
    """The parameters; None where this is no form, or not signed for our public address."""
    chosen, body = config.settings(), await request.body()
    query = request.scope["query_string"].decode("latin-1")
    raw_path = request.scope.get("raw_path", b"").decode("latin-1").split("?")[0] or request.url.path
    url = chosen.url(raw_path + (f"?{query}" if query else ""))
    tokens = [chosen.twilio_auth_token, chosen.twilio_auth_token_previous]
    if not signature.is_form(request.headers, body):
        return None
    given = signature.parameters(body)
    return dict(given) if signature.valid(url, given, request.headers, tokens) else None


def _forged() -> Response[str]:
    log.warning("a webhook came without Twilio's signature")
    return Response("Not signed by Twilio.", status_code=403, media_type=MediaType.TEXT)


def _nameless() -> Response[str]:
    """Without its id two texts are not told apart. Texts that are really Twilio's come in with their ids when the texts missing
    here are listed there."""
    log.warning("a signed webhook came without a MessageSid")
    return Response("A MessageSid is needed.", status_code=400, media_type=MediaType.TEXT)


async def _at_once(payload: dict[str, str]) -> bool:
    """Was it a plain answer, stored and applied? If anything fails here, the long way is still open."""
    try:
        applied = await applying.at_once(payload)
    except Exception:
        log.exception("a text could not be stored at once")
        return False
    if applied:
        await news.tell_applied(applied)
    return applied is not None


async def _apply(event: TwilioEvent) -> None:
    """Where it fails Twilio gets its 200 all the same: the event is stored, and the sweep tries again."""
    await news.tell_applied(await applying.try_to_apply(event))


router = Router("/webhooks/twilio", route_handlers=[inbound, status], request_max_body_size=LARGEST)
