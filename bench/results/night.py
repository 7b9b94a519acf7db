"""A big campaign with what its results show: replies, reports, safeguards, users, and the kept counts of it all."""

from __future__ import annotations

from bench.big import campaign as big
from webapp import clock, database
from webapp.database import transaction
from webapp.database.packed import sql_time
from webapp.models import tallies
from webapp.models.accounts.campaign import Campaign
from webapp.models.actions.action import Action
from webapp.models.results import recount

_TEXTS = "FROM message WHERE direction = 'out' AND action_id IS NOT NULL"
_SPENT = (
    "INSERT INTO spend_tally (campaign_id, quarter, action_id, user_id, mms, price, texts, segments)"
    " SELECT campaign_id, CAST(floor(extract(epoch FROM taken_at) / 900) AS INTEGER), action_id, COALESCE(user_id, 0), 0, price,"
    f" COUNT(*), SUM(segments) {_TEXTS} AND status = 'taken' GROUP BY 1, 2, 3, 4, 6"
)
_DELIVERED = (
    "INSERT INTO delivery_tally (campaign_id, hour, number_id, action_id, script_id, version, code, texts, delivered)"
    " SELECT campaign_id, CAST(floor(extract(epoch FROM taken_at) / 3600) AS INTEGER), number_id, action_id,"
    " COALESCE(script_id, 0), COALESCE(script_version, 0), COALESCE(error_code, 0), COUNT(*),"
    f" SUM(CASE WHEN delivery = 'delivered' THEN 1 ELSE 0 END) {_TEXTS} GROUP BY 1, 2, 3, 4, 5, 6, 7"
)


async def make(contacts: int, messages: int) -> Campaign:
    """On PostgreSQL."""
    campaign = await big.make(contacts, messages)
    action = await Action.get(campaign=campaign)
    await transaction(lambda: _happen(action))
    await transaction(lambda: _count(action))
    await database.query("VACUUM ANALYZE")
    return campaign


async def _happen(action: Action) -> None:
    """Of a hundred people ten answered (bench.big.rows); five of these have a report, one opted out. One of three hundred is a
    landline."""
    now = sql_time(clock.now())
    of_it = f"FROM conversation v WHERE v.action_id = {action.id} AND"
    await database.query(
        "INSERT INTO report (conversation_id, user_id, action_id, contact_id, filed_at, tags, answers, free)"
        " SELECT v.id, COALESCE(v.user_id, 1), v.action_id, v.contact_id, ?::timestamptz, '[\"Will Vote\"]'::jsonb,"
        f" '{{\"Support Rating\": \"Supporter\"}}'::jsonb, '[]'::jsonb {of_it} v.contact_id % 20 = 1",
        now,
    )
    await database.query(
        "INSERT INTO safeguard_hit (action_id, conversation_id, contact_id, code)"
        f" SELECT v.action_id, v.id, v.contact_id, 1301 {of_it} v.contact_id % 300 = 7"
    )
    for change, where in (
        ("reported_at = v.replied_at", "v.contact_id % 20 = 1"),
        ("answered_at = v.replied_at", "v.contact_id % 10 = 1"),
        ("opted_out_at = v.replied_at", "v.contact_id % 100 = 11"),
        ("closed_code = 1301", "v.contact_id % 300 = 7"),
    ):
        await database.query(f"UPDATE conversation v SET {change} WHERE v.action_id = {action.id} AND {where}")
    await database.query(
        "INSERT INTO action_user (action_id, user_id, sent_at, seen_at, started_at, completed_at)"
        f" SELECT {action.id}, m.user_id, m.joined_at, m.joined_at, m.joined_at, m.joined_at FROM membership m"
        f" WHERE m.campaign_id = {action.campaign_id}"
    )


async def _count(action: Action) -> None:
    """The counts the product would have kept, by its own recount."""
    for (action_id, user_id), counts in (await recount.recounted()).items():
        tallies.add(action_id, user_id, counts)
    for statement in (_SPENT, _DELIVERED):
        await database.query(statement)
