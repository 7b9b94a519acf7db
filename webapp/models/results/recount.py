"""Recomputes every tally from the rows, for `textbank doctor` and for tests to compare with the stored tallies."""

from __future__ import annotations

from collections import Counter, defaultdict

from webapp import database
from webapp.models.conversations.buckets import Bucket
from webapp.models.conversations.conversation import Conversation
from webapp.models.conversations.message import Message
from webapp.models.reports.report import Report
from webapp.models.tallies import COLUMNS, SafeguardHit, Tally

Counts = dict[tuple[int, int], Counter[str]]


async def recounted() -> Counts:
    """(action id, user id or 0 for the pool) -> counts, from all rows. Counts of 0 are left out."""
    found: Counts = defaultdict(Counter)
    for conversation in await Conversation.all():
        found[(conversation.action_id, conversation.user_id or 0)] += conversation.counts()
    for message in await Message.exclude(action_id=None):
        found[(message.action_id or 0, message.user_id or 0)] += message.counts()
    for hit in await SafeguardHit.all():
        found[(hit.action_id, 0)]["safeguards"] += 1
    for report in await Report.all():
        found[(report.action_id, report.user_id)]["reports"] += 1
    clicks = "SELECT action_id, user_id, COUNT(*) AS n FROM link_click WHERE by = 'person' AND action_id IS NOT NULL GROUP BY action_id, user_id"
    for row in await database.query(clicks):
        found[(row["action_id"], row["user_id"] or 0)]["link_clicks"] += int(row["n"])
    for bucket in await Bucket.exclude(finished_at=None):
        found[(bucket.action_id, bucket.user_id)]["performs"] += 1
    return {key: +counts for key, counts in found.items() if +counts}


async def stored() -> Counts:
    """The tallies as they stand, in the shape of `recounted`."""
    rows = await Tally.all()
    counts = {(row.action_id, row.user_id): Counter({n: getattr(row, n) for n in COLUMNS}) for row in rows}
    return {key: Counter({n: v for n, v in c.items() if v}) for key, c in counts.items() if any(c.values())}


async def differences() -> list[str]:
    """A sentence for each tally that a recount contradicts, and one for contacts whose row lacks their phone's opt-out."""
    have, want = await stored(), await recounted()
    [row] = await database.query(
        "SELECT COUNT(*) AS n FROM opt_out o JOIN contact c ON c.campaign_id = o.campaign_id AND c.phone = o.phone"
        " WHERE c.opted_out_at IS NULL"
    )
    missed = [f"{row['n']} contacts do not know that their phone has opted out"] if row["n"] else []
    return missed + [
        f"action {key[0]}, user {key[1]}: {name} is {have.get(key, Counter())[name]}, a recount gives {want.get(key, Counter())[name]}"
        for key in sorted(have.keys() | want.keys())
        for name in COLUMNS
        if have.get(key, Counter())[name] != want.get(key, Counter())[name]
    ]
