"""Users whom an action's limits keep out: they don't see it, so nobody gives it or its contacts to them (SPEC A9, A10)."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from webapp.models.accounts.users import Membership
from webapp.models.actions import limits
from webapp.models.actions.action import Action

NAMED = 20  # in a sentence


async def of_actions(campaign_id: int, action_ids: Iterable[int], user_ids: Collection[int]) -> dict[int, set[int]]:
    """Action -> those of the users who are outside its limits. Actions that leave nobody out are not in it; where none is
    limited this is one statement."""
    some = Action.filter(campaign_id=campaign_id, id__in=list(action_ids) or [0])
    limited = [one for one in await some if one.language or one.limited_by_place]
    if not limited or not user_ids:
        return {}
    members = await Membership.filter(campaign_id=campaign_id, user_id__in=list(user_ids))
    found = {one.id: set(user_ids) - {m.user_id for m in await limits.within(one, members)} for one in limited}
    return {action_id: users for action_id, users in found.items() if users}


async def of(action: Action, members: list[Membership]) -> list[Membership]:
    inside = {one.id for one in await limits.within(action, members)}
    return [one for one in members if one.id not in inside]
