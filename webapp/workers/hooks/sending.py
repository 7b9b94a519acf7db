"""Sends webhooks, one worker at a time for each endpoint (SPEC B7)."""

from __future__ import annotations

import json
import logging
from typing import Any

import aiohttp

from webapp import clock, config, letters, queue
from webapp.gateways import outside
from webapp.models.hooks import endpoint, event
from webapp.models.hooks.event import Claimed
from webapp.rules.hooks import signature
from webapp.rules.outside import address

WORK = 20.0  # seconds; the rest is the next call's
UNREADABLE = "The secret was encrypted with a key this site has no more. End this endpoint and make a new one."
log = logging.getLogger(__name__)


async def sweep_hooks(ctx: dict[str, Any]) -> None:
    """Sees what happened, and begins what is due. The row is the truth: without a nudge an event waits for this."""
    await event.stamp()
    for endpoint_id in await event.due():
        await queue.send_hooks(endpoint_id)


async def send_hooks(ctx: dict[str, Any], endpoint_id: int) -> None:
    lease = await endpoint.take_lease(endpoint_id)
    if lease is None:
        return
    until = clock.steady() + WORK
    try:
        async with outside.opened() as session:
            while (claimed := await event.claim(endpoint_id, lease)) is not None:
                await _send(session, claimed)
                if clock.steady() > until:
                    return
    finally:
        await endpoint.give_lease_back(endpoint_id, lease)


async def _send(session: aiohttp.ClientSession, claimed: Claimed) -> None:
    if claimed.secret is None:
        await _failed(claimed, None, UNREADABLE)
        return
    body = json.dumps(claimed.body, ensure_ascii=False).encode()
    headers = signature.headers(claimed.secret, claimed.public_id, int(clock.now().timestamp()), body)
    told = headers | {"content-type": "application/json", "user-agent": "Textbank-Webhooks/1"}
    try:
        answer = await outside.post(session, claimed.url, body, told, config.settings().rehearsal)
    except outside.Away as away:
        await _failed(claimed, None, str(away))
        return
    said = address.without(answer.said, claimed.url)
    if answer.well:
        await event.taken(claimed, answer.status, said)
    else:
        await _failed(claimed, answer.status, said)


async def _failed(claimed: Claimed, status: int | None, why: str) -> None:
    await event.failed(claimed, status, why, lambda: _letters(claimed))


async def _letters(claimed: Claimed) -> list[tuple[str, str, str, str]]:
    """To the owners, where the endpoint is turned off."""
    campaign, written = await event.campaign_of(claimed.endpoint_id), []
    link = config.settings().url(f"/c/{campaign.slug}/admin/settings/webhooks/{claimed.endpoint_id}")
    for owner in await endpoint.owners(campaign.id):
        told = {"user": owner.user, "campaign": campaign, "url": address.masked(claimed.url), "link": link}
        letter = letters.composed("hook_off", owner.speaks, **told)
        written.append((owner.user.email, letter.subject, letter.text, letter.html))
    return written


async def forget_events(ctx: dict[str, Any]) -> None:
    while await event.forget_old() >= 5_000:
        continue
