"""Users for an export, with what they did (SPEC R1, R5)."""

from __future__ import annotations

from typing import Any

from webapp import database
from webapp.database import packed
from webapp.models.accounts import user_search
from webapp.models.accounts.campaign import Campaign
from webapp.rules.accounts.user_filter import EVERYONE, UserFilter

Row = dict[str, Any]

_USERS = """
SELECT m.id AS at_id, m.user_id, u.first_name, u.last_name, u.email, u.phone, m.role, m.zip, m.language, m.joined_at,
 m.approved_at, m.suspended_at, m.last_here_at AS last_active_at
FROM membership m JOIN user_account u ON u.id = m.user_id WHERE {where} ORDER BY m.id LIMIT ?
"""
_HAD = "EXISTS (SELECT 1 FROM action_user x WHERE x.user_id = m.user_id AND x.action_id = ?)"
_MOMENTS = """
SELECT x.user_id, COUNT(x.sent_at) AS actions_sent, COUNT(x.seen_at) AS actions_seen, COUNT(x.started_at) AS actions_started,
 COUNT(x.completed_at) AS actions_completed
FROM action_user x JOIN action a ON a.id = x.action_id WHERE {among} AND a.campaign_id = ?{action} GROUP BY x.user_id
"""
_COUNTS = """
SELECT x.user_id, SUM(x.performs) AS performs, SUM(x.initials) AS initial_messages, SUM(x.follow_ups) AS follow_ups,
 SUM(x.responses) AS responses, SUM(x.reports) AS reports, SUM(x.needs_attention) AS needs_attention
FROM tally x JOIN action a ON a.id = x.action_id WHERE {among} AND a.campaign_id = ?{action} GROUP BY x.user_id
"""
_SUMS = ("performs", "initial_messages", "follow_ups", "responses", "reports", "needs_attention")
_NONE = dict.fromkeys(("actions_sent", "actions_seen", "actions_started", "actions_completed", *_SUMS), 0)


async def rows(
    campaign: Campaign, action_id: int, wanted: UserFilter | None, ids: tuple[int, int], most: int
) -> list[Row]:
    """The users that ``wanted`` finds. Without a filter: everybody who ever was a member, or, of one action, those it
    was sent to. With an action only their work in it counts. ``ids``: of memberships, past the first, up to the
    second."""
    query = user_search.Query(campaign, wanted or UserFilter(status=EVERYONE))
    query.add("m.id > ? AND m.id <= ?", *ids)
    if action_id and wanted is None:
        query.add(_HAD, action_id)
    where, values = query.where()
    found = await database.query(_USERS.format(where=where), *values, most)
    of_action = [action_id] if action_id else []
    users = packed.values([row["user_id"] for row in found])
    counted: dict[int, Row] = {row["user_id"]: dict(_NONE) for row in found}
    for counts in (_MOMENTS, _COUNTS):
        asked = counts.format(among=packed.among("x.user_id"), action=" AND x.action_id = ?" if action_id else "")
        for row in await database.query(asked, users, campaign.id, *of_action):
            counted[row["user_id"]].update(row)
    return [{**row, **counted[row["user_id"]]} for row in found]
