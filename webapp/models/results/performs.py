"""Performs: the buckets that users have finished (SPEC R1)."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.models.accounts.users import Membership
from webapp.models.actions.action import Action
from webapp.models.conversations.buckets import Bucket

PAGE = 50
NEWEST = 2**31 - 1  # no id is higher


@dataclass(frozen=True)
class Page:
    """``rows``: each with the membership of its user. ``more``: the ``before`` of the next page; 0 where there is none."""

    rows: list[tuple[Bucket, Membership]]
    more: int


async def page(action: Action, before: int = 0, user_id: int = 0) -> Page:
    """Those begun last come first. ``user_id``: only this user's."""
    found = Bucket.filter(action_id=action.id, id__lt=before or NEWEST).exclude(finished_at=None)
    if user_id:
        found = found.filter(user_id=user_id)
    rows = await found.order_by("-id").limit(PAGE + 1)
    more = rows[PAGE - 1].id if len(rows) > PAGE else 0
    members = await _members(action, {row.user_id for row in rows})
    return Page([(row, members[row.user_id]) for row in rows[:PAGE]], more)


async def _members(action: Action, user_ids: set[int]) -> dict[int, Membership]:
    found = Membership.filter(campaign_id=action.campaign_id, user_id__in=user_ids or {0})
    return {row.user_id: row for row in await found.select_related("user")}
