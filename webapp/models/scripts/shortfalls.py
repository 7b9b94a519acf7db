"""Values that the scripts of an action need and that contacts, senders or the campaign lack (SPEC section 4, 1307)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from webapp import database
from webapp.database.statements import Joined
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import User
from webapp.models.actions import audience, gaps
from webapp.models.actions.action import Action
from webapp.models.actions.script import FIRST_TEXTS, Script
from webapp.models.cards import closed
from webapp.models.cards.closed import Closed
from webapp.models.scripts import rendering
from webapp.rules import variables

# A user without a value, as SQL of membership ``m`` and user ``u``; their names have a fallback
_SENDER = {
    "user.last_name": "TRIM(u.last_name) = ''",
    "user.email": "TRIM(u.email) = ''",
    "user.phone": "TRIM(u.phone) = ''",
    "user.team_code": "NOT EXISTS (SELECT 1 FROM user_list_member l JOIN team t ON t.user_list_id = l.user_list_id"
    " WHERE l.user_id = m.user_id AND t.campaign_id = m.campaign_id AND t.archived_at IS NULL)",
}


@dataclass(frozen=True)
class Shortfall:
    """``missing`` of ``people`` have no value for this variable, and get no text of this script."""

    script: Script
    variable: str
    missing: int
    people: int


async def of_action(action: Action) -> list[Shortfall]:
    """One for each script in use and each of its variables that some contact has no value for."""
    scripts = await Script.filter(action=action, archived_at=None).order_by("kind", "position", "id")
    names = [v.name for script in scripts for v in variables.found(script.body)]
    people, missing = await _count(action, names)
    return [
        Shortfall(script, name, missing[name], people)
        for script in scripts
        for name in dict.fromkeys(v.name for v in variables.found(script.body))
        if missing.get(name)
    ]


async def _count(action: Action, names: Iterable[str]) -> tuple[int, dict[str, int]]:
    """The number of people in the action, and name -> how many of them lack a value: one statement for all."""
    wanted = await gaps.tests(action.campaign_id, names)
    if not wanted:
        return 0, {}
    [row] = await database.query(
        f"SELECT COUNT(*) AS people, {_sums(wanted)} FROM contact c"
        f" WHERE c.campaign_id = ? AND {audience.is_in(str(int(action.id)), 'c.id')}",
        action.campaign_id,
    )
    return int(row["people"]), {name: int(row[f"n{n}"] or 0) for n, name in enumerate(wanted)}


def _sums(tests: dict[str, str]) -> str:
    return ", ".join(f"SUM(CASE WHEN {test} THEN 1 ELSE 0 END) AS n{n}" for n, test in enumerate(tests.values()))


async def of_senders(campaign: Campaign, *bodies: str) -> dict[str, tuple[int, int]]:
    """Variable of the sender or the campaign -> how many of the users who may text lack it, and the number of those
    users. Only variables that somebody lacks."""
    names = list(dict.fromkeys(v.name for body in bodies for v in variables.found(body)))
    tests = {name: _SENDER[name] for name in names if name in _SENDER}
    [row] = await database.query(
        f"SELECT COUNT(*) AS people{', ' if tests else ''}{_sums(tests)} FROM membership m JOIN user_account u ON u.id = m.user_id"
        " WHERE m.campaign_id = ? AND m.suspended_at IS NULL AND m.approved_at IS NOT NULL",
        campaign.id,
    )
    people = int(row["people"])
    found = {name: (int(row[f"n{n}"] or 0), people) for n, name in enumerate(tests)}
    of_campaign = rendering.of_campaign(campaign)
    found |= {name: (people, people) for name in names if name in of_campaign and not (of_campaign[name] or "").strip()}
    return {name: numbers for name, numbers in found.items() if numbers[0]}


async def why_refused(action: Action, sender: User, scripts: list[Script] | None = None) -> Closed | None:
    """Why Start is refused to this sender now; None where it is open. The first texts must be ones they can send: ``scripts``, if
    they were read already."""
    if why := await closed.why_closed(action):
        return why
    scripts = await _first_texts(action) if scripts is None else scripts
    if not scripts:
        return Closed("script")
    text = "\n".join(script.body for script in scripts)
    given = await rendering.of_sender(action.campaign, sender, text)
    names = dict.fromkeys(v.name for v in variables.found(text) if v.name in given)
    lacks = tuple(name for name in names if not (given[name] or "").strip())
    if lacks:
        return Closed("sender", lacks=lacks)
    return Closed("text") if await rendering.nobody_may_send(action.campaign, given, scripts) else None


_SCRIPT = Joined(kept={"s": Script})


async def _first_texts(action: Action) -> list[Script]:
    rows = await database.query(
        f"SELECT {_SCRIPT.columns} FROM script s WHERE s.action_id = ? AND {FIRST_TEXTS} ORDER BY s.position, s.id",
        action.id,
    )
    found = [(await _SCRIPT.whole(row))["s"] for row in rows]
    return [script for script in found if script]
