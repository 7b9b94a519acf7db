"""Reads VAN's lists: somebody pressed Try it, or the last answer is old (SPEC B3)."""

from __future__ import annotations

import logging
from typing import Any

from webapp import config
from webapp.gateways import van
from webapp.models.hooks.endpoint import HookEndpoint
from webapp.models.logins import sealed
from webapp.models.logins.app_codes import AuthenticatorApp
from webapp.models.nightly.folder import NightlyFolder
from webapp.models.nightly.plan import NightlyImport
from webapp.models.van import connection, mapping
from webapp.models.van.connection import AWAY, KEY, SECRET, VanConnection
from webapp.models.van_lists import listed
from webapp.workers.van.sending import UNREADABLE, of_each

log = logging.getLogger(__name__)
SEALED = {
    VanConnection: "key",
    AuthenticatorApp: "secret",
    HookEndpoint: "secret",
    NightlyImport: "url",
    NightlyFolder: "secret",
}


async def ask_van(ctx: dict[str, Any], campaign_id: int) -> None:
    await of_each(campaign_id, _ask)


async def _ask(row: VanConnection) -> None:
    if not (key := row.secret()):
        await connection.failed(row, SECRET, UNREADABLE, asked=True)
        return
    try:
        async with van.opened(config.settings(), key, row.mode) as gateway:
            contact_type, things = await gateway.contact_type(), await gateway.things()
            await _read_lists(row, gateway)
    except van.Trouble as trouble:
        kind = KEY if isinstance(trouble, van.WrongKey) else AWAY
        await connection.failed(row, kind, str(trouble), asked=True)
        return
    await mapping.note_things(row, [(one.kind, one.id, one.question, one.name) for one in things])
    await connection.answered(row, contact_type)


async def _read_lists(row: VanConnection, gateway: van.Van) -> None:
    """A key may do all the rest and not this."""
    try:
        found = await gateway.saved_lists()
    except van.Trouble as trouble:
        await listed.not_read(row, str(trouble))
        return
    await listed.note(row, [(one.id, one.name, one.people) for one in found])


async def seal_anew(ctx: dict[str, Any]) -> None:
    """Values that an earlier secret of the site sealed are sealed with today's."""
    done = sum([await sealed.seal_anew(model, column) for model, column in SEALED.items()])
    if done:
        log.info("%s secrets are encrypted with today's TEXTBANK_SECRET_KEY", done)
