"""VAN's ids of contacts' phones, as lists brought them. A fact sent to VAN names the phone by this id (SPEC B3)."""

from __future__ import annotations

from collections.abc import Sequence

from webapp import database
from webapp.database import packed

_COLUMNS = ("contact_id", "van_id", "phone", "phone_id")


async def note(rows: Sequence[tuple[int, str, str, int]]) -> None:
    """Inside a transaction. ``rows``: contact, VAN ID, phone and VAN's id of it."""
    if not rows:
        return
    number = "r.phone_id" if database.dialect() == "sqlite" else "r.phone_id::bigint"
    await database.query(
        f"INSERT INTO van_person ({', '.join(_COLUMNS)}) SELECT r.contact_id, r.van_id, r.phone, {number}"
        f" FROM {packed.table(*_COLUMNS)} WHERE true ON CONFLICT (contact_id) DO UPDATE"
        " SET van_id = excluded.van_id, phone = excluded.phone, phone_id = excluded.phone_id",
        packed.rows(dict(zip(_COLUMNS, row, strict=True)) for row in sorted(rows)),
    )
