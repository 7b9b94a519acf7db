"""How many people lack a value that a script of the action needs (SPEC section 4, 1307)."""

from __future__ import annotations

from dataclasses import dataclass

from webapp import database
from webapp.models.actions import audience
from webapp.models.actions.action import Action
from webapp.models.actions.script import Script
from webapp.models.contacts.labels import CustomField
from webapp.rules import variables

# A contact's other fields have a fallback or are never blank
_BLANK = {name: f"c.{name} = ''" for name in ("last_name", "email", "state_abbrev")}


@dataclass(frozen=True)
class Shortfall:
    """``missing`` of ``people`` have no value for this variable, and get no text of this script."""

    script: Script
    variable: str
    missing: int
    people: int


async def of_action(action: Action) -> list[Shortfall]:
    """One for each script in use and each of its variables that someone has no value for."""
    scripts = await Script.filter(action=action, archived_at=None).order_by("kind", "position", "id")
    names = {v.name for script in scripts for v in variables.found(script.body)}
    people, missing = await _count(action, names)
    return [
        Shortfall(script, name, missing[name], people)
        for script in scripts
        for name in dict.fromkeys(v.name for v in variables.found(script.body))
        if missing.get(name)
    ]


async def _count(action: Action, names: set[str]) -> tuple[int, dict[str, int]]:
    """The number of people in the action, and of each name how many lack a value: one statement for all."""
    wanted = {name: _BLANK[name] for name in names if name in _BLANK}
    for field in await CustomField.filter(campaign_id=action.campaign_id, default_value=""):
        none = f"NOT EXISTS (SELECT 1 FROM field_value f WHERE f.field_id = {int(field.id)} AND f.contact_id = c.id)"
        wanted |= {name: none for name in names if variables.same_field(name, field.slug)}
    if not wanted:
        return 0, {}
    sums = ", ".join(f"SUM(CASE WHEN {test} THEN 1 ELSE 0 END) AS n{n}" for n, test in enumerate(wanted.values()))
    [row] = await database.query(
        f"SELECT COUNT(*) AS people, {sums} FROM contact c WHERE c.campaign_id = ? AND {audience.is_in(str(int(action.id)), 'c.id')}",
        action.campaign_id,
    )
    return int(row["people"]), {name: int(row[f"n{n}"] or 0) for n, name in enumerate(wanted)}
