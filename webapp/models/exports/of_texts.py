"""Texts and reports for an export, a range of ids at a time (SPEC R5). The primary key finds a range quickly, even if
the planner knows nothing about the table. A plus sign before a column keeps the planner from using its index."""

from __future__ import annotations

from typing import Any

from webapp import config, database
from webapp.database import packed
from webapp.models.accounts.campaign import Campaign
from webapp.models.receiving.media import KEPT, Media
from webapp.rules import errors, names

Row = dict[str, Any]

TEXTS = """
SELECT m.id AS at_id, m.id AS message_id, m.conversation_id AS thread_id, m.action_id, a.title AS action_name, m.direction,
 m.kind, m.script_id, s.name AS script_name, (m.direction = 'out' AND m.script_id IS NULL) AS custom_text,
 CASE WHEN m.direction = 'out' THEN m.user_id END AS sender_user_id, u.first_name AS sender_first, u.last_name AS sender_last,
 u.email AS sender_email, m.contact_id, c.first_name, c.last_name, m.phone, c.state_abbrev, c.van_id,
 CASE WHEN m.direction = 'out' THEN n.e164 ELSE m.phone END AS from_number,
 CASE WHEN m.direction = 'out' THEN m.phone ELSE n.e164 END AS to_number,
 m.body, m.media_count, m.picture_id, m.segments, m.encoding, m.created_at AS queued_at, m.taken_at AS sent_at,
 CASE WHEN m.delivery IN ('delivered', 'read') THEN (SELECT MIN(e.received_at) FROM twilio_event e
  WHERE e.sid = m.sid AND e.kind = 'status' AND e.status IN ('delivered', 'read')) END AS delivered_at,
 v.replied_at, CASE WHEN m.delivery = '' THEN m.status ELSE m.delivery END AS status, m.error_code, m.sid AS provider_sid
FROM message m
 LEFT JOIN action a ON a.id = m.action_id
 LEFT JOIN script s ON s.id = m.script_id
 LEFT JOIN user_account u ON u.id = m.user_id AND m.direction = 'out'
 LEFT JOIN contact c ON c.id = m.contact_id
 LEFT JOIN conversation v ON v.id = m.conversation_id
 LEFT JOIN phone_number n ON n.id = m.number_id
WHERE m.id > ? AND m.id <= ? AND +m.campaign_id = ? AND m.kind <> 'test'{action} ORDER BY m.id LIMIT ?
"""
_REPORTS = """
SELECT r.id AS at_id, r.id AS report_id, r.filed_at, r.user_id, u.first_name AS user_first, u.last_name AS user_last,
 u.email AS user_email, r.action_id, a.title AS action_name, r.contact_id, c.first_name, c.last_name, c.phone, c.van_id,
 r.tags, r.answers
FROM report r
 LEFT JOIN action a ON a.id = r.action_id
 JOIN user_account u ON u.id = r.user_id
 JOIN contact c ON c.id = r.contact_id
WHERE r.id > ? AND r.id <= ? AND c.campaign_id = ?{action} ORDER BY r.id LIMIT ?
"""


async def messages(campaign: Campaign, action_id: int, ids: tuple[int, int], most: int, own: Any) -> list[Row]:
    """Tests of scripts are left out. ``ids``: past the first, up to the second."""
    rows = await _ask(TEXTS, "m", campaign, action_id, ids, most)
    pictures = await _pictures(campaign, rows)
    for row in rows:
        why = errors.explain(row["error_code"]) if row["error_code"] else None
        row["sender_name"] = names.whole(row["sender_first"], row["sender_last"])
        row["aasm_message"], row["error_type"] = (why.meaning, why.kind) if why else ("", "")
        row["media_urls"] = " ".join(pictures.get(row["at_id"], ()))
    return rows


async def _pictures(campaign: Campaign, rows: list[Row]) -> dict[int, list[str]]:
    """Text -> the addresses of its pictures, for those who may log in."""
    site = f"{config.settings().public_url}/c/{campaign.slug}"
    found = {row["at_id"]: [f"{site}/pictures/{row['picture_id']}"] for row in rows if row["picture_id"]}
    came = {row["at_id"]: row["contact_id"] for row in rows if row["media_count"] and row["contact_id"]}
    for one in await Media.filter(message_id__in=list(came), status=KEPT).order_by("id") if came else []:
        address = f"{site}/admin/contacts/{came[one.message_id]}/media/{one.id}"
        found.setdefault(one.message_id, []).append(address)
    return found


async def reports(campaign: Campaign, action_id: int, ids: tuple[int, int], most: int, own: Any) -> list[Row]:
    """``own``: the custom fields with a column each; an answer is found by the title it was filed under."""
    rows = await _ask(_REPORTS, "r", campaign, action_id, ids, most)
    for row in rows:
        row["user_name"] = names.whole(row["user_first"], row["user_last"])
        row["tags"] = "; ".join(packed.parsed(row["tags"]))
        answers = packed.parsed(row["answers"])
        row.update({name: answers.get(title, "") for _, _, name, title in own})
    return rows


async def _ask(text: str, alias: str, campaign: Campaign, action_id: int, ids: tuple[int, int], most: int) -> list[Row]:
    of_action = f" AND +{alias}.action_id = ?" if action_id else ""
    values = [*ids, campaign.id, *([action_id] if action_id else []), most]
    return await database.query(text.format(action=of_action), *values)
