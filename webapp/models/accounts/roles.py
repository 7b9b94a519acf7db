"""A member's role, ZIP, language and right to export, as staff change them (SPEC P1, A9, R5). One owner always stays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from webapp import database
from webapp.database import transactional
from webapp.database.packed import for_update
from webapp.models.accounts import audit, members
from webapp.models.accounts.users import OWNER, Membership, User
from webapp.rules import edited
from webapp.rules.accounts import powers
from webapp.rules.contacts import contact_zones
from webapp.rules.edited import Meanwhile

RIGHTS = ("may_export", "may_look_up")  # columns of Membership that only an owner changes (R5, B5)


@dataclass(frozen=True)
class Saved:
    """The outcome. ``refused``: one of the words of rules/accounts/powers, and nothing is stored. ``waits``: the role
    is stored, and counts once the user's e-mail is confirmed."""

    refused: str = ""
    waits: bool = False
    meanwhile: Meanwhile | None = None


async def is_last_owner(who: Membership, lock: bool = True) -> bool:
    """Is ``who`` the only owner who can act? Reads the rows again. ``lock``: locks the owners until the transaction
    ends, so that nobody changes them meanwhile; False for a page that only asks."""
    rows = await database.query(
        "SELECT id FROM membership WHERE campaign_id = ? AND role = 'owner' AND approved_at IS NOT NULL"
        f" AND suspended_at IS NULL ORDER BY id{for_update() if lock else ''}",
        who.campaign_id,
    )
    return [row["id"] for row in rows] == [who.id]


async def acting(by: Membership) -> str:
    """The role of the acting member as it is stored now; "" where they may not act any more. Call it after
    `is_last_owner`."""
    fresh = await Membership.get(id=by.id)
    return fresh.role if fresh.active else ""


def words_of(who: Membership) -> dict[str, str]:
    """As `edited` compares them."""
    return {name: edited.word(getattr(who, name)) for name in ("zip", "language", *RIGHTS)} | {
        "role": who.raised_role or who.role
    }


@transactional
async def save(who: Membership, role: str, values: dict[str, Any], by: Membership, seen: str = "") -> Saved:
    """``values``: zip, language, and RIGHTS, which only an owner changes. ``seen``: the mark of the form (rules/edited)."""
    last = await is_last_owner(who)
    stored = await Membership.filter(id=who.id).select_for_update().get()
    mine = {name: edited.word(value) for name, value in values.items()} | {"role": role}
    if found := edited.meanwhile(seen, words_of(stored), mine):
        return Saved(meanwhile=found)
    acts = await acting(by)
    if reason := powers.role_refused(stored.role, role, acts, last):
        return Saved(reason)
    if acts != OWNER:
        values = {name: value for name, value in values.items() if name not in RIGHTS}
    changed = {name: value for name, value in values.items() if getattr(stored, name) != value}
    if "zip" in changed:
        changed["state"] = contact_zones.state_of_zip(changed["zip"])
    if role != (stored.raised_role or stored.role):
        changed |= _role(stored, role, who.user)
    if changed:
        await Membership.filter(id=who.id).update(**changed)
        members.access_changed.note(who.user_id)
        told = {name: str(value) for name, value in changed.items()}
        await audit.record(by, "user.changed", {"user": who.id}, who.user.name, **told)
    return Saved(waits=bool(changed.get("raised_role")))


def _role(stored: Membership, role: str, user: User) -> dict[str, str]:
    """A higher role waits for the letter to be answered: else a person who signed up with somebody else's address would
    get it."""
    if powers.raises(stored.role, role) and not user.proven:
        return {"raised_role": role}
    return {"role": role, "raised_role": ""}


@transactional
async def raise_to(who: Membership, role: str) -> None:
    """Gives the role of an invite, if it is above the present one."""
    if powers.raises(who.role, role):
        await Membership.filter(id=who.id).update(**_role(who, role, who.user))
        members.access_changed.note(who.user_id)


@transactional
async def give_from_shell(who: Membership, role: str) -> Saved:
    """As `save`, by whoever runs the server."""
    last = await is_last_owner(who)
    stored = await Membership.filter(id=who.id).select_for_update().get()
    if reason := powers.role_refused(stored.role, role, OWNER, last):
        return Saved(reason)
    changed = _role(stored, role, who.user)
    await Membership.filter(id=who.id).update(**changed)
    return Saved(waits=bool(changed["raised_role"]))
