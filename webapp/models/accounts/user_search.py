"""Finds users of a campaign by a filter: a page of them, their number, or a slice for work on many (SPEC P1, R4).

``only_active``: leaves out users who are suspended or not let in yet. People to write to are found this way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from webapp import database
from webapp.database import packed
from webapp.database.packed import sql_time
from webapp.models.accounts.campaign import Campaign
from webapp.models.accounts.users import Membership
from webapp.rules import names, phone
from webapp.rules.accounts import user_filter
from webapp.rules.accounts.user_filter import UserFilter
from webapp.rules.contacts.contact_filter import NO, YES

PAGE = 50
MOST_WORDS = 4
_SLICE = 5_000  # ids in a statement
_ACTIVE = "m.approved_at IS NOT NULL AND m.suspended_at IS NULL"
_STATUS = {
    "": "m.approved_at IS NOT NULL AND m.removed_at IS NULL",
    user_filter.ACTIVE: _ACTIVE,
    user_filter.SUSPENDED: "m.suspended_at IS NOT NULL AND m.removed_at IS NULL",
    user_filter.WAITING: "m.approved_at IS NULL AND m.suspended_at IS NULL AND NOT m.waits_for_letter",
    user_filter.UNCONFIRMED: "m.approved_at IS NULL AND m.suspended_at IS NULL AND m.waits_for_letter",
    user_filter.REMOVED: "m.removed_at IS NOT NULL",
    user_filter.EVERYONE: "true",
}
_ON_LIST = (
    "EXISTS (SELECT 1 FROM user_list_member p JOIN user_list l ON l.id = p.user_list_id"
    " WHERE p.user_id = m.user_id AND l.campaign_id = m.campaign_id AND l.id = ?)"
)
_IN_TEAM = (
    "EXISTS (SELECT 1 FROM user_list_member p JOIN team t ON t.user_list_id = p.user_list_id"
    " WHERE p.user_id = m.user_id AND t.campaign_id = m.campaign_id AND t.id = ?)"
)
_IN_DISTRICT = (
    "EXISTS (SELECT 1 FROM zip_district z WHERE z.campaign_id = m.campaign_id AND z.zip = substr(m.zip, 1, 5)"
    " AND z.district = ?)"
)
_IN_ACTION = (
    "EXISTS (SELECT 1 FROM action_user x JOIN action a ON a.id = x.action_id"
    " WHERE x.user_id = m.user_id AND a.campaign_id = m.campaign_id AND a.id = ? AND x.{step}_at IS NOT NULL)"
)
_ATTENTION = (
    "EXISTS (SELECT 1 FROM conversation v WHERE v.user_id = m.user_id AND v.campaign_id = m.campaign_id"
    " AND v.needs_attention{action})"
)


@dataclass(frozen=True)
class Found:
    """``more``: the ``after`` of the next page, 0 on the last one. ``less``: the ``before`` of the previous page, 0 on the
    first one."""

    members: list[Membership]
    more: int = 0
    less: int = 0


async def page(campaign: Campaign, wanted: UserFilter, after: int = 0, before: int = 0) -> Found:
    """In order of joining, with their users loaded. The first page, or the one past ids that `Found` gave."""
    query = Query(campaign, wanted)
    if before:
        query.add("m.id < ?", _id(before))
        rows = await query.ids(PAGE + 1, " DESC")
        further, rows = len(rows) > PAGE, rows[:PAGE][::-1]
        if not further and len(rows) < PAGE:  # some have gone since: the first page, whole
            return await page(campaign, wanted)
        return Found(await _members(rows), rows[-1], rows[0] if further else 0)
    query.add("m.id > ?", _id(after))
    rows = await query.ids(PAGE + 1)
    further, rows = len(rows) > PAGE, rows[:PAGE]
    return Found(await _members(rows), rows[-1] if further else 0, rows[0] if after and rows else 0)


async def count(campaign: Campaign, wanted: UserFilter, only_active: bool = False) -> int:
    text, values = Query(campaign, wanted, only_active).where()
    [row] = await database.query(f"SELECT COUNT(*) AS n FROM {_FROM} WHERE {text}", *values)
    return int(row["n"])


async def ids(
    campaign: Campaign, wanted: UserFilter, after: int = 0, most: int = 1_000, only_active: bool = False
) -> list[int]:
    """The next ``most`` memberships past the id ``after``, in order of id."""
    query = Query(campaign, wanted, only_active)
    query.add("m.id > ?", _id(after))
    return await query.ids(most)


async def chosen(
    campaign: Campaign, wanted: UserFilter, ticked: Iterable[int] | None, only_active: bool = False
) -> list[int]:
    """The memberships that a form is about. Where ``ticked`` is None: all that the filter finds. Else the ticked ones,
    without any of another campaign."""
    query = Query(campaign, wanted if ticked is None else UserFilter(), only_active)
    if ticked is not None:
        query.add(packed.among("m.id"), packed.values(ticked))
    return await query.ids()


async def named(campaign: Campaign, user_id: int) -> Membership | None:
    """The campaign's user with this id, also one who was suspended or has left."""
    return await Membership.filter(campaign=campaign, user_id=user_id).select_related("user").first()


async def loaded(member_ids: list[int]) -> list[Membership]:
    """These memberships with their users, in order of id."""
    found: list[Membership] = []
    for start in range(0, len(member_ids), _SLICE):
        found += await _members(member_ids[start : start + _SLICE])
    return found


async def _members(ids: list[int]) -> list[Membership]:
    return await Membership.filter(id__in=ids or [0]).order_by("id").select_related("user", "campaign")


_FROM = "membership m JOIN user_account u ON u.id = m.user_id"


class Query:
    """The conditions of a filter on ``membership m`` and its ``user_account u``, each with its values."""

    def __init__(self, campaign: Campaign, wanted: UserFilter, only_active: bool = False) -> None:
        self.campaign, self.wanted = campaign, wanted
        self.conditions: list[str] = []
        self.values: list[Any] = []
        self.add("m.campaign_id = ?", campaign.id)
        self.add(_STATUS[wanted.status])
        if only_active:
            self.add(_ACTIVE)
        self._search()
        self._person()
        self._days()
        self._lists_and_teams()
        self._action()

    def add(self, condition: str, *values: Any) -> None:
        self.conditions.append(condition)
        self.values += values

    def where(self) -> tuple[str, list[Any]]:
        return " AND ".join(self.conditions), self.values

    async def ids(self, most: int | None = None, order: str = "") -> list[int]:
        text, values = self.where()
        limit = f" LIMIT {int(most)}" if most else ""
        rows = await database.query(f"SELECT m.id FROM {_FROM} WHERE {text} ORDER BY m.id{order}{limit}", *values)
        return [row["id"] for row in rows]

    def _search(self) -> None:
        """A whole phone number, the beginning of an e-mail, or beginnings of names, all of which must match."""
        q = self.wanted.q
        parsed = phone.parse(q[:40])
        if isinstance(parsed, phone.Phone):
            self.add("u.phone = ?", parsed.e164)
        elif "@" in q:
            self.add("u.email LIKE ? ESCAPE '!'", re.sub(r"([!%_])", r"!\1", q.lower()) + "%")
        elif q:
            for word in names.key(q).split()[:MOST_WORDS] or ["\U0010ffff"]:
                self.add("(' ' || u.name_key) LIKE ?", f"% {word}%")

    def _person(self) -> None:
        for name in ("role", "language", "state"):
            if value := getattr(self.wanted, name):
                self.add(f"m.{name} = ?", value)
        if zips := self.wanted.zips:
            self.add(f"({' OR '.join('m.zip LIKE ?' for _ in zips)})", *(f"{part}%" for part in zips))

    def _days(self) -> None:
        for column, since, until in (
            ("joined_at", self.wanted.joined_since, self.wanted.joined_until),
            ("last_here_at", self.wanted.active_since, self.wanted.active_until),
        ):
            if since:
                self.add(f"m.{column} >= ?", self._midnight(since))
            if until:
                self.add(f"m.{column} < ?", self._midnight(until, 1))

    def _midnight(self, day: str, later: int = 0) -> Any:
        return sql_time(self.campaign.day_begins(date.fromisoformat(day), later))

    def _lists_and_teams(self) -> None:
        if self.wanted.list:
            self.add(_ON_LIST, self.wanted.list)
        if self.wanted.team:
            self.add(_IN_TEAM, self.wanted.team)
        if self.wanted.district:
            self.add(_IN_DISTRICT, self.wanted.district)

    def _action(self) -> None:
        if self.wanted.received:
            self.add(_IN_ACTION.format(step="sent"), self.wanted.received)
        action, attention = self.wanted.action, self.wanted.attention
        if action and (self.wanted.step or not attention):
            step, made = self.wanted.steps()
            in_it = _IN_ACTION.format(step="sent" if step == "received" else step)
            self.add(in_it if made else f"NOT {in_it}", action)
        if attention in (YES, NO):
            held = _ATTENTION.format(action=" AND v.action_id = ?" if action else "")
            self.add(held if attention == YES else f"NOT {held}", *([action] if action else []))


def _id(number: int) -> int:
    return max(0, min(number, 2**31 - 1))
