"""How far a changed script of a running action reaches: cards show it at once, texts on their way don't (SPEC A11)."""

from __future__ import annotations

from dataclasses import dataclass

from webapp import database


@dataclass(frozen=True)
class Reach:
    """``waiting``: clicked texts that still leave with the old words. ``cards``: people assigned to volunteers and not
    texted yet, whose card changes."""

    waiting: int = 0
    cards: int = 0


async def of_scripts(action_id: int) -> dict[int, Reach]:
    """Script -> its reach; scripts that reach nobody are left out."""
    waiting = await database.query(
        "SELECT script_id, COUNT(*) AS n FROM message WHERE status = 'queued' AND action_id = ? AND script_id IS NOT NULL"
        " GROUP BY script_id",
        action_id,
    )
    cards = await database.query(
        "SELECT script_id, COUNT(*) AS n FROM conversation WHERE action_id = ? AND user_id IS NOT NULL"
        " AND texted_at IS NULL AND closed_code IS NULL AND script_id IS NOT NULL GROUP BY script_id",
        action_id,
    )
    texts, people = ({row["script_id"]: int(row["n"]) for row in rows} for rows in (waiting, cards))
    return {n: Reach(texts.get(n, 0), people.get(n, 0)) for n in {*texts, *people}}


async def of_one(action_id: int, script_id: int) -> Reach:
    return (await of_scripts(action_id)).get(script_id, Reach())
