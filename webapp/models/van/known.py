"""Facts that contacts had before they were mapped, noted in slices by a job (SPEC B3)."""

from __future__ import annotations

from webapp import database
from webapp.database import packed, transactional
from webapp.database.noting import van_sql
from webapp.models.van.mapping import FIELD, OPT_OUT, TAG, VanMapping

SLICE = 1_000
_HAVE = {
    TAG: "SELECT t.contact_id AS id, 'x' AS value FROM contact_tag t WHERE t.tag_id = ? AND t.contact_id > ?",
    FIELD: (
        "SELECT f.contact_id AS id, substr(f.value, 1, 500) AS value FROM field_value f WHERE f.field_id = ? AND f.contact_id > ?"
    ),
    OPT_OUT: (
        "SELECT c.id, 'x' AS value FROM contact c WHERE c.campaign_id = ? AND c.id > ? AND c.opted_out_at IS NOT NULL"
    ),
}


async def unfinished() -> list[int]:
    rows = await database.query("SELECT id FROM van_mapping WHERE known_cursor IS NOT NULL ORDER BY id")
    return [row["id"] for row in rows]


@transactional
async def note_slice(mapping_id: int) -> bool:
    """Notes the next SLICE of contacts with a VAN ID whose state is the VAN's. True where more are left."""
    mapping = await VanMapping.filter(id=mapping_id).select_for_update().first()
    if mapping is None or mapping.known_cursor is None:
        return False
    owner = mapping.campaign_id if mapping.kind == OPT_OUT else mapping.subject_id
    have = await database.query(f"{_HAVE[mapping.kind]} ORDER BY 1 LIMIT {SLICE}", owner, mapping.known_cursor)
    await _note(mapping, [row["id"] for row in have if mapping.kind != FIELD or row["value"] == mapping.value])
    mapping.known_cursor = have[-1]["id"] if len(have) == SLICE else None
    await mapping.save(update_fields=["known_cursor"])
    return mapping.known_cursor is not None


async def _note(mapping: VanMapping, ids: list[int]) -> None:
    """Notes these contacts' facts. A fact that had no code until now waits again; so does one that was sent, since it
    may have another code now."""
    await database.query(
        "INSERT INTO van_fact (campaign_id, contact_id, kind, subject_id, value, state, version, tries)"
        f" SELECT c.campaign_id, c.id, {packed.mark('text')}, {packed.mark('integer')}, {packed.mark('text')}, 'waiting', 1, 0"
        f" FROM contact c WHERE {packed.among('c.id')} AND c.van_id <> '' AND {van_sql('c')} = ?"
        " ON CONFLICT (contact_id, kind, subject_id) DO UPDATE SET state = 'waiting', due_at = NULL"
        " WHERE van_fact.state IN ('no_code', 'sent')",
        mapping.kind,
        mapping.subject_id,
        mapping.value if mapping.kind == FIELD else "x",
        packed.values(ids),
        mapping.van,
    )
