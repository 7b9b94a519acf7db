"""Closes with 1307 the unsent conversations of contacts who lack a value that their first text needs, so that nobody
has to tap on them. They open again when the value or the script changes (SPEC section 4).

A value that the sender or the campaign lacks closes nothing: `scripts.shortfalls` reports it at publishing and at
Start.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from webapp import clock, database
from webapp.database import packed, transactional
from webapp.database.packed import sql_time
from webapp.models import tallies
from webapp.models.accounts.users import Membership
from webapp.models.contacts import label_changes
from webapp.models.contacts.contact import never_texted_sql
from webapp.models.contacts.labels import CustomField
from webapp.rules import errors, variables

# A contact's other values have a fallback or are never blank
_BLANK = {name: f"TRIM(c.{name}) = ''" for name in ("last_name", "email", "state_abbrev")}
# Codes that another value or another script ends
OF_THE_TEXT = (errors.UNFILLED, errors.TOO_LONG, errors.SHORTENER, errors.BRACES)
# Of these, what only a rendering of the text shows. Until the script or the contact's values change it would be the same
RENDERED = (errors.TOO_LONG, errors.SHORTENER, errors.BRACES)
_OF_ANOTHER_SCRIPT = (
    "(script_version IS NULL OR NOT EXISTS (SELECT 1 FROM script s WHERE s.id = conversation.script_id"
    " AND s.version = conversation.script_version))"
)


async def tests(campaign_id: int, names: Iterable[str]) -> dict[str, str]:
    """Variable -> SQL that is true where contact ``c`` has no value for it. Variables for which every contact has a
    value are left out."""
    wanted = list(dict.fromkeys(names))
    found = {name: _BLANK[name] for name in wanted if name in _BLANK}
    others = [name for name in wanted if name not in variables.BUILT_IN and variables.of_contact(name)]
    if not others:
        return found
    fields = {field.slug: field for field in await CustomField.filter(campaign_id=campaign_id)}
    for name in others:
        slug = variables.value({slug: slug for slug in fields}, name)
        if slug and not fields[slug].default_value.strip():
            found[name] = (
                f"NOT EXISTS (SELECT 1 FROM field_value f WHERE f.field_id = {int(fields[slug].id)}"
                " AND f.contact_id = c.id AND TRIM(f.value) <> '')"
            )
    return found


@dataclass(frozen=True)
class Needs:
    """``actions``: the ids of running actions. ``lacking``: SQL that is true where the script of a conversation in one
    of them needs a value that its contact lacks; "" where no script needs any."""

    actions: list[int]
    lacking: str


async def needs(contact_id: int, action_id: int | None = None) -> Needs:
    """Of all running actions in the contact's campaign, or of one."""
    scripts = await database.query(
        "SELECT a.id AS action_id, a.campaign_id, s.id AS script_id, s.body FROM action a LEFT JOIN script s"
        " ON s.action_id = a.id AND s.kind = 'initial' AND s.archived_at IS NULL WHERE a.archived_at IS NULL AND"
        " a.state <> 'draft' AND a.campaign_id = (SELECT campaign_id FROM contact WHERE id = ?)"
        + (f" AND a.id = {int(action_id)}" if action_id else ""),
        contact_id,
    )
    return Needs(sorted({row["action_id"] for row in scripts}), await _lacking(scripts))


async def _lacking(scripts: list[dict[str, Any]]) -> str:
    used = {row["script_id"]: [v.name for v in variables.found(row["body"])] for row in scripts if row["script_id"]}
    if not used:
        return ""
    known = await tests(scripts[0]["campaign_id"], [name for names in used.values() for name in names])
    wanted = {
        n: " OR ".join(known[name] for name in dict.fromkeys(names) if name in known) for n, names in used.items()
    }
    return " OR ".join(
        f"(script_id = {int(script_id)} AND EXISTS (SELECT 1 FROM contact c WHERE c.id = conversation.contact_id AND ({test})))"
        for script_id, test in wanted.items()
        if test
    )


async def open_filled(found: Needs, contact_ids: list[int], new_values: bool) -> None:
    """Opens the conversations of these contacts whose text has all its values now. One that was closed for its text's
    content opens only with another script, or with ``new_values`` of the contact. The contacts are locked."""
    if not found.actions:
        return
    code = never_texted_sql("c", packed.mark("timestamptz"))
    rows = await database.query(
        f"UPDATE conversation SET closed_code = (SELECT {code} FROM contact c WHERE c.id = conversation.contact_id)"
        f" WHERE {packed.among('contact_id')} AND texted_at IS NULL AND (closed_code = {errors.UNFILLED}"
        f" OR (closed_code IN {RENDERED}{'' if new_values else f' AND {_OF_ANOTHER_SCRIPT}'}))"
        f" AND {_in(found.actions)} AND NOT ({found.lacking or '1 = 0'}) RETURNING id, action_id, user_id, closed_code",
        sql_time(clock.now()),
        packed.values(contact_ids),
    )
    await tallies.reopened(rows)
    await tallies.take_hits([row["id"] for row in rows], OF_THE_TEXT)


async def close_lacking(found: Needs, contact_ids: list[int]) -> int:
    """Closes the open unsent conversations of these contacts whose text can't be filled. Returns how many."""
    if not found.lacking:
        return 0
    rows = await database.query(
        f"UPDATE conversation SET closed_code = {errors.UNFILLED} WHERE {packed.among('contact_id')} AND texted_at IS NULL"
        f" AND closed_code IS NULL AND {_in(found.actions)} AND ({found.lacking}) RETURNING id, action_id, user_id",
        packed.values(contact_ids),
    )
    tallies.closed(rows)
    await tallies.hits([(row["action_id"], row["id"]) for row in rows], errors.UNFILLED)
    return len(rows)


def _in(action_ids: list[int]) -> str:
    return f"action_id IN ({', '.join(str(int(n)) for n in action_ids)})"


@transactional
async def change_field(field: CustomField, values: dict[str, Any], by: Membership) -> None:
    """`label_changes.change_field`. Another default may fill or empty a variable of any running action: a job, Start and
    the next card look at their conversations again."""
    before = await CustomField.get(id=field.id)
    await label_changes.change_field(field, values, by)
    running = "campaign_id = ? AND archived_at IS NULL AND state <> 'draft'"
    if values["default_value"] != before.default_value:
        await database.query(f"UPDATE action SET audience_cursor = 0 WHERE {running}", by.campaign_id)
        await database.query(
            f"UPDATE conversation SET script_version = NULL WHERE closed_code IN {RENDERED} AND texted_at IS NULL AND action_id"
            f" IN (SELECT id FROM action WHERE {running})",
            by.campaign_id,
        )
