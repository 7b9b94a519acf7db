"""Recounts the kept sums that are of campaigns and numbers, not of users: what texts cost, and what carriers did with them.

Written from SPEC S11 and R7, like recount.py, and not from what counts.
"""

from __future__ import annotations

from webapp import database

_FAILED = "(m.status = 'rejected' OR (m.status = 'taken' AND m.delivery IN ('failed', 'undelivered', 'canceled')))"

_SPENT = {
    "sqlite": "CAST(strftime('%s', taken_at) AS INTEGER) / 900",
    "postgres": "CAST(floor(extract(epoch FROM taken_at) / 900) AS INTEGER)",
}


async def spent_otherwise() -> list[str]:
    """Quarters of an hour whose kept sums of texts, segments and prices differ from the texts (S11)."""
    key = "campaign_id, quarter, action_id, user_id, mms, price"
    rows = await database.query(
        f"SELECT campaign_id, quarter, SUM(texts) AS n FROM (SELECT {key}, texts, segments FROM spend_tally UNION ALL"
        f" SELECT campaign_id, {_SPENT[database.dialect()]}, COALESCE(action_id, 0), COALESCE(user_id, 0),"
        " CASE WHEN picture_id IS NULL THEN 0 ELSE 1 END, price, -1, -segments FROM message"
        " WHERE direction = 'out' AND taken_at IS NOT NULL) AS x"
        f" GROUP BY {key} HAVING SUM(texts) <> 0 OR SUM(segments) <> 0 ORDER BY 1, 2"
    )
    return [
        f"campaign {row['campaign_id']}, quarter {row['quarter']}: the spend is of {row['n']} texts more than were taken"
        for row in rows
    ]


_HOUR = {
    "sqlite": "CAST(strftime('%s', COALESCE(m.taken_at, m.claimed_at)) AS INTEGER) / 3600",
    "postgres": "CAST(floor(extract(epoch FROM COALESCE(m.taken_at, m.claimed_at)) / 3600) AS INTEGER)",
}


async def delivered_otherwise() -> list[str]:
    """Hours in which the kept counts of what carriers did with an action's texts differ from the texts (R7). Each text
    that Twilio took or refused counts once, under its number, script version and error."""
    key = "number_id, hour, action_id, script_id, version, code, campaign_id"
    rows = await database.query(
        f"SELECT {key}, SUM(texts) AS texts, SUM(delivered) AS delivered FROM (SELECT {key}, texts, delivered"
        f" FROM delivery_tally UNION ALL SELECT m.number_id, {_HOUR[database.dialect()]}, m.action_id,"
        " COALESCE(m.script_id, 0), CASE WHEN m.script_id IS NULL THEN 0 ELSE COALESCE(m.script_version, 0) END,"
        f" CASE WHEN {_FAILED} THEN COALESCE(m.error_code, 0) ELSE 0 END, m.campaign_id, -1,"
        " CASE WHEN m.delivery IN ('delivered', 'read') THEN -1 ELSE 0 END FROM message m WHERE m.direction = 'out'"
        " AND m.status IN ('taken', 'rejected') AND m.action_id IS NOT NULL AND m.number_id IS NOT NULL"
        " AND COALESCE(m.taken_at, m.claimed_at) IS NOT NULL) AS x"
        f" GROUP BY {key} HAVING SUM(texts) <> 0 OR SUM(delivered) <> 0 ORDER BY hour, number_id, action_id, code"
    )
    return [
        f"action {row['action_id']}, number {row['number_id']}, hour {row['hour']}, code {row['code']}: {row['texts']} texts and"
        f" {row['delivered']} delivered more than a recount gives"
        for row in rows
    ]
