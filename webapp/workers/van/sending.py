"""Sends facts to VAN, one worker at a time for each VAN, two requests a second at most (SPEC B3)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from webapp import clock, config, queue
from webapp.gateways import van
from webapp.models.van import connection, known, matching, sending
from webapp.models.van.connection import AWAY, KEY, SECRET, VanConnection
from webapp.models.van.sending import Claimed
from webapp.rules.van import pauses
from webapp.workers.van.matching import match_all

WORK = 20.0  # seconds; the rest is the next call's
FRESH = 30.0  # seconds after its claim a request may still begin; then the worker slept
UNREADABLE = "The key was encrypted with a secret this site has no more. Type the key again."
log = logging.getLogger(__name__)


async def sweep_van(ctx: dict[str, Any]) -> None:
    """Sees what changed, and begins what is due. The row is the truth: without a nudge a fact waits for this."""
    for mapping_id in await known.unfinished():
        await known.note_slice(mapping_id)
    await sending.stamp()
    await sending.notice_gone()
    for campaign_id in await connection.to_ask():
        await queue.ask_van(campaign_id)
    for campaign_id in sorted({*await sending.due(), *await matching.due()}):
        await queue.send_to_van(campaign_id)


async def send_to_van(ctx: dict[str, Any], campaign_id: int) -> None:
    await of_each(campaign_id, _send_to)


async def of_each(campaign_id: int, work: Callable[[VanConnection], Awaitable[None]]) -> None:
    """Works with the campaign's VANs, side by side: none waits for another, and a fault with one ends no other."""
    ends = await asyncio.gather(*map(work, await connection.all_of(campaign_id)), return_exceptions=True)
    for fault in ends:
        if fault is not None:
            raise fault


async def _send_to(found: VanConnection) -> None:
    lease = await connection.take_lease(found.id)
    if lease is None:
        return
    row = await connection.with_key(found.id)
    try:
        if row and (key := row.secret()):
            async with van.opened(config.settings(), key, row.mode) as gateway:
                until = clock.steady() + WORK
                await _send_all(row, gateway, lease, until)
                await match_all(row, gateway, lease, until)
        elif row:
            await connection.failed(row, SECRET, UNREADABLE)
    finally:
        await connection.give_lease_back(found.id, lease)


async def _send_all(row: VanConnection, gateway: van.Van, lease: str, until: float) -> None:
    while claimed := await sending.claim(row.id, lease):
        began = clock.steady()
        try:
            await _send(row, gateway, claimed, began)
        except Exception:
            log.exception("fact %s may have reached VAN", claimed.id)
            await sending.in_doubt(claimed, "A fault of the site stopped this. Its log says more.")
        if clock.steady() > until:
            return
        await asyncio.sleep(max(0.0, pauses.PAUSE - (clock.steady() - began)))


async def _send(row: VanConnection, gateway: van.Van, claimed: Claimed, began: float) -> None:
    phone_id = claimed.phone_id
    if not claimed.asked:
        try:
            phone_id = await gateway.phone_id(claimed.van_id, claimed.phone)
        except van.Trouble as trouble:
            trouble.certain = True  # a question changes nothing
            await _failed(row, claimed, trouble)
            return
        await sending.note_phone(claimed, phone_id)
    if clock.steady() - began > FRESH:
        await sending.later(claimed, "This computer slept before the request.", 1)
        return
    try:
        await gateway.record(claimed.van_id, _body(row, claimed, phone_id))
    except van.Trouble as trouble:
        await _failed(row, claimed, trouble)
        return
    await sending.sent(claimed, "VAN took it (HTTP 204)")
    await connection.went_well(row.id)


def _body(row: VanConnection, claimed: Claimed, phone_id: int | None) -> dict[str, Any]:
    """``phoneId`` where VAN has this phone, else the phone itself."""
    context: dict[str, Any] = {"dateCanvassed": claimed.at.isoformat(timespec="seconds")}
    if row.contact_type_id:
        context["contactTypeId"] = row.contact_type_id
    if phone_id:
        context["phoneId"] = phone_id
    else:
        context["phone"] = {"dialingPrefix": "1", "phoneNumber": claimed.phone}
    return {"canvassContext": context, **claimed.body}


async def _failed(row: VanConnection, claimed: Claimed, trouble: van.Trouble) -> None:
    """A refusal is about the fact; the rest is about VAN, which then is left alone for a while."""
    why = str(trouble)
    if isinstance(trouble, van.Refused):
        await sending.refused(claimed, why)
    elif isinstance(trouble, van.WrongKey):
        await sending.later(claimed, why, 1)
        await connection.failed(row, KEY, why)
    elif isinstance(trouble, van.Busy):
        await sending.later(claimed, why, trouble.seconds)
        await connection.rest(row.id, trouble.seconds)
    else:
        await (sending.later(claimed, why) if trouble.certain else sending.in_doubt(claimed, why))
        await connection.failed(row, AWAY, why)
