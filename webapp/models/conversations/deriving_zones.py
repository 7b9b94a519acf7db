"""Derives the time zones of stored contacts again after the tables of zones have changed (SPEC S1)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from webapp import clock, database
from webapp.database import packed, transactional
from webapp.database.locks import Lock
from webapp.database.packed import sql_time
from webapp.models.contacts import many_at_once
from webapp.models.contacts.zones import ZoneDerivation, ZoneSet
from webapp.models.long_work import Pace
from webapp.rules.contacts import contact_zones


async def derive_some(seconds: float) -> bool:
    """Goes on for so many ``seconds``, one slice at least. True where contacts are left. Does nothing where this
    version of the tables has been through all contacts, or a later one has begun."""
    version = await asyncio.to_thread(_load_tables)
    latest = await ZoneDerivation.all().order_by("-id").first()
    if latest and latest.version == version and latest.ended_at:
        return False
    pace, deadline = Pace(), clock.steady() + seconds
    left = await _begin(version) and await pace.take(_derive_slice(version, pace.size))
    while left and clock.steady() < deadline:
        left = await pace.take(_derive_slice(version, pace.size))
    return left


def _load_tables() -> str:
    """Loads the tables, outside of any transaction since that takes a second. Returns their version."""
    contact_zones.derive(state="PA")
    return contact_zones.version()


@transactional
async def _begin(version: str) -> bool:
    """A version seen for the first time begins at the first contact. So each begins once. While two run side by side,
    as in a deployment, the older one leaves the contacts alone. False where there is nothing to do."""
    await database.lock(Lock.DERIVING_ZONES, 0)
    if not await ZoneDerivation.filter(version=version).exists():
        await database.query(
            "INSERT INTO zone_derivation (id, version, after_id, changed, began_at)"
            " SELECT COALESCE(MAX(id), 0) + 1, ?, 0, 0, ? FROM zone_derivation",
            version,
            sql_time(clock.now()),
        )
    return await _under_way(version) is not None


async def _under_way(version: str) -> ZoneDerivation | None:
    """None where this version is through, or a later one has begun."""
    latest = await ZoneDerivation.all().order_by("-id").first()
    return latest if latest and latest.version == version and latest.ended_at is None else None


@transactional
async def _derive_slice(version: str, size: int) -> bool:
    """False where none is left, or a worker with later tables took over."""
    await database.lock(Lock.DERIVING_ZONES, 0)
    found = await _under_way(version)
    if found is None:
        return False
    contacts = await database.query(
        "SELECT id, phone, timezone, zip, state_abbrev, zone_set_id, zone_source FROM contact WHERE id > ?"
        f" ORDER BY id LIMIT {int(size)}{packed.for_update()}",
        found.after_id,
    )
    found.changed += await _store(await _changes(contacts))
    if len(contacts) < size:
        found.ended_at = clock.now()
    if contacts:
        found.after_id = contacts[-1]["id"]
    await found.save()
    return found.ended_at is None


async def _changes(contacts: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The contacts whose zones are not what is stored, with what they should be."""
    ids: dict[tuple[str, ...], int | None] = {row.zones: row.id for row in await ZoneSet.all()}
    changes = []
    for row in contacts:
        zones = contact_zones.derive(row["timezone"], row["zip"], row["state_abbrev"], row["phone"])
        if zones.names not in ids:
            ids[zones.names] = await ZoneSet.id_of(zones.names)
        after = {"zone_set_id": ids[zones.names], "zone_source": zones.source}
        if any(row[name] != value for name, value in after.items()):
            changes.append({"id": row["id"], **after})
    return changes


async def _store(changes: list[dict[str, Any]]) -> int:
    """The contacts are locked already. Their conversations change too: their hours depend on the zones."""
    if not changes:
        return 0
    contact_ids = [row["id"] for row in changes]
    await many_at_once.lock_conversations(contact_ids)
    columns, given = packed.table("id", "zone_set_id", "zone_source"), packed.rows(changes)
    await database.query(
        f"UPDATE contact SET zone_set_id = r.zone_set_id, zone_source = r.zone_source FROM {columns} WHERE contact.id = r.id",
        given,
    )
    await database.query(
        f"UPDATE conversation SET zone_set_id = r.zone_set_id FROM {columns} WHERE conversation.contact_id = r.id"
        " AND COALESCE(conversation.zone_set_id, 0) <> COALESCE(r.zone_set_id, 0)",
        given,
    )
    return len(changes)
