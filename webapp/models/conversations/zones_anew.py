"""Derives the time zones of stored contacts anew after the tables of zones have changed (SPEC S1)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from webapp import clock, database
from webapp.database import packed, transactional
from webapp.database.packed import sql_time
from webapp.models.contacts import many_at_once
from webapp.models.contacts.zones import ZoneDerivation, ZoneSet
from webapp.models.long_work import Pace
from webapp.rules.contacts import contact_zones


async def derive_some(seconds: float) -> bool:
    """Goes on for so long, by one slice at least. True where contacts are left. Nothing to do where this version of the tables went
    through all contacts already."""
    version = await asyncio.to_thread(_load_tables)
    if await ZoneDerivation.filter(version=version, ended_at__not_isnull=True).exists():
        return False
    pace, deadline = Pace(), clock.steady() + seconds
    left = await _begin(version) and await pace.take(_derive_slice(version, pace.size))
    while left and clock.steady() < deadline:
        left = await pace.take(_derive_slice(version, pace.size))
    return left


def _load_tables() -> str:
    """They take a second, in which no transaction should wait. Returns their version."""
    contact_zones.derive(state="PA")
    return contact_zones.version()


@transactional
async def _begin(version: str) -> bool:
    """False where the contacts are as this version derives them. Another version begins at the first contact."""
    await database.query(
        "INSERT INTO zone_derivation (id, version, after_id, changed, began_at) VALUES (1, '', 0, 0, ?)"
        " ON CONFLICT (id) DO NOTHING",
        sql_time(clock.now()),
    )
    found = await ZoneDerivation.filter(id=1).select_for_update().get()
    if found.version == version:
        return found.ended_at is None
    found.version, found.after_id, found.changed, found.began_at, found.ended_at = version, 0, 0, clock.now(), None
    await found.save()
    return True


@transactional
async def _derive_slice(version: str, size: int) -> bool:
    """False where none is left, or a worker with other tables took over."""
    found = await ZoneDerivation.filter(id=1).select_for_update().get()
    if found.version != version or found.ended_at is not None:
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
    """The contacts are locked already; their conversations follow, whose hours depend on it."""
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
