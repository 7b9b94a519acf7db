"""Puts the users whom lines of e-mails and phones name on a user list (SPEC P1)."""

from __future__ import annotations

from dataclasses import dataclass, field

from webapp import database
from webapp.database import packed, transactional
from webapp.models.accounts import teams, user_search
from webapp.models.accounts.teams import UserList
from webapp.models.accounts.users import Membership
from webapp.rules.accounts.people_lines import Line


@dataclass
class Uploaded:
    """``added``: users who were not on the list. ``there``: lines of users who were. ``unknown``: lines that name no
    user of the campaign. ``several``: lines whose phone more than one user has."""

    added: int = 0
    there: int = 0
    unknown: list[Line] = field(default_factory=list)
    several: list[Line] = field(default_factory=list)


@transactional
async def add(user_list: UserList, lines: list[Line], by: Membership) -> Uploaded:
    known, told = await _known(user_list.campaign_id, lines), Uploaded()
    chosen: list[int] = []
    for line in lines:
        found = next((known[key] for key in line.keys if key in known), set())
        if len(found) == 1:
            chosen += found
        else:
            (told.several if found else told.unknown).append(line)
    members = await user_search.loaded(sorted(set(chosen)))
    told.added = await teams.add_members(user_list, members, by)
    told.there = len(chosen) - told.added
    return told


async def _known(campaign_id: int, lines: list[Line]) -> dict[str, set[int]]:
    """E-mail or phone -> the memberships that have it."""
    keys = sorted({key for line in lines for key in line.keys})
    known: dict[str, set[int]] = {}
    for column in ("email", "phone"):
        rows = await database.query(
            f"SELECT m.id, u.{column} AS word FROM user_account u JOIN membership m ON m.user_id = u.id"
            f" WHERE m.campaign_id = ? AND m.removed_at IS NULL AND {packed.among('u.' + column, 'text')}",
            campaign_id,
            packed.values(keys),
        )
        for row in rows:
            known.setdefault(row["word"], set()).add(row["id"])
    return known
