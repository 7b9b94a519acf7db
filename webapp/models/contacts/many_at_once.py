"""Changes lists, tags and fields of many contacts, and locks their rows: one or two statements for any number of them."""

from __future__ import annotations

from typing import Any

from webapp import clock, database
from webapp.database import packed
from webapp.database.packed import sql_time


async def add_to_list(list_id: int, contact_ids: list[int]) -> list[int]:
    """Returns those who were not on it. Keeps the list's size."""
    rows = await database.query(
        f"{_put_on_list()} ON CONFLICT (contact_list_id, contact_id) DO NOTHING RETURNING contact_id",
        list_id,
        packed.values(contact_ids),
    )
    await _grow(list_id, len(rows))
    return [row["contact_id"] for row in rows]


async def add_new_to_list(list_id: int, contact_ids: list[int]) -> None:
    """The same for contacts that this transaction created: they are on no list, and nobody else can put them on one. PostgreSQL
    then has no need to look for each of them first."""
    await database.query(_put_on_list(), list_id, packed.values(contact_ids))
    await _grow(list_id, len(contact_ids))


def _put_on_list() -> str:
    return (
        f"INSERT INTO list_membership (contact_list_id, contact_id) SELECT {packed.mark('integer')}, r.contact_id"
        f" FROM {packed.column('contact_id')} WHERE true"
    )


async def _grow(list_id: int, by: int) -> None:
    await database.query("UPDATE contact_list SET size = size + ? WHERE id = ?", by, list_id)


async def remove_from_list(list_id: int, contact_ids: list[int]) -> list[int]:
    """Returns those who were on it. Keeps the list's size."""
    rows = await database.query(
        f"DELETE FROM list_membership WHERE contact_list_id = ? AND {packed.among('contact_id')} RETURNING contact_id",
        list_id,
        packed.values(contact_ids),
    )
    await database.query("UPDATE contact_list SET size = size - ? WHERE id = ?", len(rows), list_id)
    return [row["contact_id"] for row in rows]


async def set_values(rows: list[dict[str, Any]], user_id: int | None) -> list[int]:
    """Sets fields. ``rows``: contact_id, field_id, value. Returns the contacts whose value changed."""
    if not rows:
        return []
    found = await database.query(
        f"INSERT INTO field_value (user_id, at, contact_id, field_id, value) SELECT {packed.mark('integer')},"
        f" {packed.mark('timestamptz')}, r.contact_id, r.field_id, r.value FROM {packed.table('contact_id', 'field_id', 'value')}"
        " WHERE true ON CONFLICT (contact_id, field_id) DO UPDATE SET value = excluded.value, user_id = excluded.user_id,"
        " message_id = NULL, at = excluded.at WHERE field_value.value <> excluded.value RETURNING contact_id",
        user_id,
        sql_time(clock.now()),
        packed.rows(rows),
    )
    return [row["contact_id"] for row in found]


async def clear_value(contact_ids: list[int], field_id: int) -> list[int]:
    """Returns the contacts who had a value."""
    rows = await database.query(
        f"DELETE FROM field_value WHERE field_id = ? AND {packed.among('contact_id')} RETURNING contact_id",
        field_id,
        packed.values(contact_ids),
    )
    return [row["contact_id"] for row in rows]


async def add_tags(rows: list[dict[str, Any]], user_id: int | None) -> list[int]:
    """``rows``: contact_id, tag_id; the Opt Out tag only from an opt-out. Returns the contacts who didn't have the tag."""
    if not rows:
        return []
    found = await database.query(
        f"INSERT INTO contact_tag (user_id, at, contact_id, tag_id) SELECT {packed.mark('integer')}, {packed.mark('timestamptz')},"
        f" r.contact_id, r.tag_id FROM {packed.table('contact_id', 'tag_id')} WHERE true"
        " ON CONFLICT (contact_id, tag_id) DO NOTHING RETURNING contact_id",
        user_id,
        sql_time(clock.now()),
        packed.rows(rows),
    )
    return [row["contact_id"] for row in found]


async def remove_tag(contact_ids: list[int], tag_id: int) -> list[int]:
    """Returns the contacts who had it."""
    rows = await database.query(
        f"DELETE FROM contact_tag WHERE tag_id = ? AND {packed.among('contact_id')} RETURNING contact_id",
        tag_id,
        packed.values(contact_ids),
    )
    return [row["contact_id"] for row in rows]


async def lock_contacts(contact_ids: list[int]) -> None:
    """Locks the rows in order of id. Call it before any change to their lists, tags, fields or texts."""
    await database.query(
        f"SELECT id FROM contact WHERE {packed.among('id')} ORDER BY id{packed.for_update()}",
        packed.values(contact_ids),
    )


async def lock_conversations(contact_ids: list[int]) -> None:
    """Locks the conversations of these contacts in order of id. The contacts are locked before."""
    if database.dialect() == "postgres":
        await database.query(
            f"SELECT id FROM conversation WHERE {packed.among('contact_id')} ORDER BY id FOR UPDATE",
            packed.values(contact_ids),
        )
