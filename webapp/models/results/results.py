"""The figures of View Results (SPEC section 7). Most come from the tallies, so they are exact and quick at any size."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from webapp import database
from webapp.models import tallies
from webapp.models.accounts.users import User
from webapp.models.actions.action import Action
from webapp.models.actions.script import INITIAL, Script
from webapp.rules import errors, rates


@dataclass(frozen=True)
class Overview:
    """How many users had, saw, started and completed the action, and how many buckets and reports they completed (R1)."""

    sent_to: int
    seen: int
    started: int
    completed: int
    performs: int
    reports: int


async def overview(action: Action, counted: Counter[str]) -> Overview:
    [row] = await database.query(
        "SELECT COUNT(*) AS sent_to, COUNT(seen_at) AS seen, COUNT(started_at) AS started, COUNT(completed_at) AS completed"
        " FROM action_user WHERE action_id = ?",
        action.id,
    )
    return Overview(**{k: int(v) for k, v in row.items()}, performs=counted["performs"], reports=counted["reports"])


async def safeguards_by_code(action: Action) -> list[tuple[errors.Explanation, int]]:
    rows = await database.query(
        "SELECT code, COUNT(*) AS number FROM safeguard_hit WHERE action_id = ? GROUP BY code ORDER BY number DESC",
        action.id,
    )
    return [(errors.explain(row["code"]), int(row["number"])) for row in rows]


async def errors_by_code(action: Action) -> list[tuple[errors.Explanation, int]]:
    rows = await database.query(
        "SELECT error_code, COUNT(*) AS number FROM message WHERE action_id = ? AND error_code IS NOT NULL"
        " AND status <> 'refused' GROUP BY error_code ORDER BY number DESC",
        action.id,
    )
    return [(errors.explain(row["error_code"]), int(row["number"])) for row in rows]


async def by_user(action: Action) -> list[tuple[User, Counter[str]]]:
    """Users with a tally in the action, the one with most first texts first."""
    rows = await tallies.Tally.filter(action_id=action.id).exclude(user_id=0)
    users = {user.id: user for user in await User.filter(id__in=[row.user_id for row in rows] or [0])}
    counted = [(users[row.user_id], Counter({n: getattr(row, n) for n in tallies.COLUMNS})) for row in rows]
    return sorted(counted, key=lambda pair: (-pair[1]["initials"], pair[0].name))


async def scripts(action: Action) -> list[tuple[Script, int]]:
    """Scripts, and how many texts of each Twilio took. Archived ones only where they were used."""
    rows = await database.query(
        "SELECT script_id, COUNT(*) AS number FROM message WHERE action_id = ? AND script_id IS NOT NULL AND status = 'taken'"
        " GROUP BY script_id",
        action.id,
    )
    used = {row["script_id"]: int(row["number"]) for row in rows}
    found = await Script.filter(action=action).order_by("position", "id")
    return [(script, used.get(script.id, 0)) for script in found if script.archived_at is None or used.get(script.id)]


@dataclass(frozen=True)
class SideBySide:
    """An initial script of the A/B test: contacts texted with it, and the rates of those who replied and of those whose
    reply opted them out."""

    script: Script
    texted: int
    replied: rates.Rate
    opted_out: rates.Rate


async def side_by_side(action: Action) -> tuple[list[SideBySide], int | None]:
    """Every initial script that was used or is in use, and the position of the one that gets more replies, None where that
    may be chance. Counting reads all conversations of the action, so the page loads this part by itself."""
    rows = await database.query(
        "SELECT script_id, COUNT(*) AS texted, COUNT(replied_at) AS replied, COUNT(opted_out_at) AS opted_out"
        " FROM conversation WHERE action_id = ? AND texted_at IS NOT NULL GROUP BY script_id",
        action.id,
    )
    counted = {row["script_id"]: row for row in rows}
    found = await Script.filter(action=action, kind=INITIAL).order_by("position", "id")
    used = [script for script in found if script.id in counted or script.archived_at is None]
    compared = [_compared(script, counted.get(script.id)) for script in used]
    texted = [n for n, row in enumerate(compared) if row.texted]
    best = rates.best([compared[n].replied for n in texted])
    return compared, None if best is None else texted[best]


def _compared(script: Script, row: dict[str, Any] | None) -> SideBySide:
    texted, replied, out = (int(row[name]) if row else 0 for name in ("texted", "replied", "opted_out"))
    return SideBySide(script, texted, rates.Rate(replied, texted), rates.Rate(out, texted))


MANY = 1_000  # counting the uses of a script stops here: enough to put the most used first


async def uses(script_ids: list[int]) -> dict[int, int]:
    """Script -> texts rendered from it, at most MANY."""
    among = ", ".join(str(int(n)) for n in script_ids) or "0"
    rows = await database.query(
        "SELECT s.id, (SELECT COUNT(*) FROM (SELECT 1 AS one FROM message m WHERE m.script_id = s.id"
        f" LIMIT {MANY}) AS used) AS n FROM script s WHERE s.id IN ({among})"
    )
    return {row["id"]: int(row["n"]) for row in rows}
