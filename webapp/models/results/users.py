"""The tab Users of View Results: everyone an action was sent to, and what each did with it (SPEC R1, R3)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from webapp.models import kept_counts
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import Action
from webapp.models.actions.action_user import ActionUser


@dataclass(frozen=True)
class Row:
    """``its``: when they were sent the action, saw, started and completed it; None for somebody it was not sent to."""

    member: Membership
    its: ActionUser | None
    counts: Counter[str]


async def rows(action: Action, members: list[Membership]) -> list[Row]:
    """One for each member, in their order: two queries, however many they are."""
    users = [member.user_id for member in members] or [0]
    moments = {row.user_id: row for row in await ActionUser.filter(action=action, user_id__in=users)}
    counted = await kept_counts.of_users(action.id, users)
    return [Row(member, moments.get(member.user_id), counted[member.user_id]) for member in members]
