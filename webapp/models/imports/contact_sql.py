"""The contacts of a slice in plain SQL: found and locked, created, changed; one statement each (SPEC C2)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from webapp import clock, database
from webapp.database import packed
from webapp.database.packed import sql_time
from webapp.models.contacts import contact
from webapp.rules.contacts import contact_columns

TEXTS = contact_columns.PERSONAL
COLUMNS = (*TEXTS, "van", "first_key", "last_key", "zone_set_id", "zone_source", "keeper_id")
_NEW = ("phone", *COLUMNS)
_REMEMBERED = ("contact_id", "line", "created", "filled")


async def locked(campaign_id: int, phones: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Phone -> the row of each contact who is there, locked in order of id."""
    if not (wanted := list(phones)):
        return {}
    found = await database.query(
        f"SELECT id, phone, {', '.join(COLUMNS)}, opted_out_at, landline_until FROM contact WHERE {contact.with_phones()}"
        f" ORDER BY id{packed.for_update()}",
        packed.values(wanted),
        campaign_id,
    )
    return {row["phone"]: row for row in found}


async def insert(campaign_id: int, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """``rows``: a phone and COLUMNS. Returns id, phone and opted_out_at of the contacts created. An existing contact
    stays as it is. One whose phone has opted out is created opted out."""
    if not rows:
        return []
    opted_out = "(SELECT o.at FROM opt_out o WHERE o.campaign_id = ? AND o.phone = r.phone)"
    return await database.query(
        f"INSERT INTO contact (campaign_id, created_at, {', '.join(_NEW)}, opted_out_at)"
        f" SELECT {packed.mark('integer')}, {packed.mark('timestamptz')}, {', '.join('r.' + name for name in _NEW)}, {opted_out}"
        f" FROM {packed.table(*_NEW)} WHERE true ON CONFLICT (campaign_id, phone) DO NOTHING RETURNING id, phone, opted_out_at",
        campaign_id,
        sql_time(clock.now()),
        campaign_id,
        packed.rows(rows),
    )


async def update(table: str, where: str, columns: tuple[str, ...], rows: list[dict[str, Any]]) -> None:
    """``rows``: an id and ``columns``; ``where`` joins them, as ``r``, to the table."""
    if rows:
        changes = ", ".join(f"{name} = r.{name}" for name in columns)
        text = f"UPDATE {table} SET {changes} FROM {packed.table('id', *columns)} WHERE {where}"
        await database.query(text, packed.rows(rows))


async def remember(import_id: int, rows: list[dict[str, Any]]) -> None:
    """``rows``: as ImportedContact has them. Those created in this transaction are in no import yet, and nobody else sees
    them: PostgreSQL has no need to look for each of them first."""
    text = (
        f"INSERT INTO imported_contact (import_id, {', '.join(_REMEMBERED)}) SELECT {packed.mark('integer')},"
        f" {', '.join('r.' + name for name in _REMEMBERED)} FROM {packed.table(*_REMEMBERED)} WHERE true"
    )
    again = " ON CONFLICT (import_id, contact_id) DO UPDATE SET filled = excluded.filled"
    if created := [row for row in rows if row["created"]]:
        await database.query(text, import_id, packed.rows(created))
    if known := [row for row in rows if not row["created"]]:
        await database.query(text + again, import_id, packed.rows(known))
