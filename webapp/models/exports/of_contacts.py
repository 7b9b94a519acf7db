"""Contacts for an export, with their tags and custom fields (SPEC R5)."""

from __future__ import annotations

from typing import Any

from webapp import database
from webapp.database import packed
from webapp.models.accounts.campaign import Campaign
from webapp.models.contacts import labels
from webapp.models.contacts.labels import FieldValue
from webapp.rules import names
from webapp.rules.exports.columns import CONTACTS, TAGS

Row = dict[str, Any]

_CONTACTS = """
SELECT c.id AS contact_id, c.phone, c.first_name, c.last_name, c.email, c.state_abbrev, c.zip, c.van_id, c.timezone,
 u.email AS assigned_user_email, c.opted_out_at, o.source AS opt_out_source,
 EXISTS (SELECT 1 FROM conversation v WHERE v.contact_id = c.id AND v.needs_attention) AS needs_attention,
 (SELECT MAX(m.taken_at) FROM message m WHERE m.contact_id = c.id AND m.direction = 'out') AS last_outbound_at,
 (SELECT MAX(m.created_at) FROM message m WHERE m.contact_id = c.id AND m.direction = 'in') AS last_inbound_at
FROM contact c
 LEFT JOIN user_account u ON u.id = c.keeper_id
 LEFT JOIN opt_out o ON o.campaign_id = c.campaign_id AND o.phone = c.phone
WHERE {among} ORDER BY c.id
"""
_WHO = "c.id AS contact_id, c.first_name, c.last_name, c.phone, c.van_id"
_TAGS = f"""
SELECT {_WHO}, t.name AS tag, x.at AS tagged_at, u.first_name AS user_first, u.last_name AS user_last
FROM contact_tag x JOIN tag t ON t.id = x.tag_id JOIN contact c ON c.id = x.contact_id
 LEFT JOIN user_account u ON u.id = x.user_id
WHERE {{among}} ORDER BY x.contact_id, x.id
"""
_FIELDS = f"""
SELECT {_WHO}, f.slug AS field, f.title, x.value, x.at AS set_at, u.first_name AS user_first, u.last_name AS user_last
FROM field_value x JOIN custom_field f ON f.id = x.field_id JOIN contact c ON c.id = x.contact_id
 LEFT JOIN user_account u ON u.id = x.user_id
WHERE {{among}} ORDER BY x.contact_id, x.id
"""


async def rows(kind: str, campaign: Campaign, ids: list[int], own: list[list[Any]]) -> list[Row]:
    """The rows of these contacts. ``own``: the columns of tags and custom fields."""
    if not ids:
        return []
    if kind == CONTACTS:
        return await _contacts(campaign, ids, own)
    text, by = (_TAGS, "tagged_by") if kind == TAGS else (_FIELDS, "set_by")
    found = await database.query(text.format(among=packed.among("x.contact_id")), packed.values(ids))
    for row in found:
        row[by] = names.whole(row["user_first"], row["user_last"])
    return found


async def _contacts(campaign: Campaign, ids: list[int], own: list[list[Any]]) -> list[Row]:
    found = await database.query(_CONTACTS.format(among=packed.among("c.id")), packed.values(ids))
    tags = await labels.tags_of(ids)
    values: dict[tuple[int, int], str] = {
        (row.contact_id, row.field_id): row.value for row in await FieldValue.filter(contact_id__in=ids)
    }
    for row in found:
        contact_id = row["contact_id"]
        at = packed.instant(row["opted_out_at"])
        row["opted_out"] = campaign.local(at).date().isoformat() if at else ""
        row["tags"] = "; ".join(tag.name for tag in tags[contact_id])
        has = {tag.id for tag in tags[contact_id]}
        for kind, number, name, _ in own:
            row[name] = number in has if kind == "tag" else values.get((contact_id, number), "")
    return found
