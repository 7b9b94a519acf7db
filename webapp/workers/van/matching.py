"""Asks VAN for contacts without a VAN ID, under the lease of whoever sends facts (SPEC B3)."""

from __future__ import annotations

import asyncio

from webapp import clock
from webapp.gateways import van
from webapp.models.van import connection, matching
from webapp.models.van.connection import AWAY, KEY, VanConnection
from webapp.models.van.matching import ANOTHER, NOBODY, Wanted
from webapp.rules.van import pauses


async def match_all(row: VanConnection, gateway: van.Van, lease: str, until: float) -> None:
    while clock.steady() < until and (wanted := await matching.next_one(row.id, lease)):
        try:
            await _match(wanted, gateway, lease)
        except van.Trouble as trouble:
            if not await _troubled(row, wanted, trouble):
                return
        await asyncio.sleep(pauses.PAUSE)


async def _match(wanted: Wanted, gateway: van.Van, lease: str) -> None:
    van_id = await gateway.find(wanted.first, wanted.last, wanted.phone, wanted.zip, wanted.email)
    if van_id is None:
        await matching.ended(wanted, NOBODY)
        return
    await asyncio.sleep(pauses.PAUSE)
    person = await gateway.person(van_id)
    phone_id = wanted.phone_id_of(person.last, person.phones)
    if phone_id is None:
        await matching.ended(wanted, ANOTHER)
        return
    await matching.found(wanted, van_id, phone_id, lease)


async def _troubled(row: VanConnection, wanted: Wanted, trouble: van.Trouble) -> bool:
    """False where VAN is to be left alone: the contact waits. A question changes nothing in VAN, so it is asked again."""
    if isinstance(trouble, van.Refused):
        await matching.ended(wanted, NOBODY)
        return True
    if isinstance(trouble, van.Busy):
        await connection.rest(row.id, trouble.seconds)
    else:
        await connection.failed(row, KEY if isinstance(trouble, van.WrongKey) else AWAY, str(trouble))
    return False
