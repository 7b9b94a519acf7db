"""The link of an action: whoever opens it is sent that action, after sign-up or log-in (SPEC A10)."""

from __future__ import annotations

import secrets

from webapp.database import transactional
from webapp.models.accounts import audit
from webapp.models.accounts.users import Membership
from webapp.models.actions import limits
from webapp.models.actions.action import Action
from webapp.models.actions.action_user import ActionUser

LONGEST = 64  # characters of a token that are looked at


@transactional
async def renew(action: Action, by: Membership) -> str:
    """A new token. The old one opens nothing any more; people who came by it keep the action."""
    action.link_token = secrets.token_urlsafe(16)
    await Action.filter(id=action.id).update(link_token=action.link_token)
    await audit.record(by, "action.link_renewed", {"action": action.id}, action.title)
    return action.link_token


async def of_token(token: str) -> Action | None:
    """The action, with its campaign; None where the token is of none, or of an archived one."""
    if not token or len(token) > LONGEST:
        return None
    return await Action.filter(link_token=token, archived_at=None).select_related("campaign").first()


async def invite(action: Action, member: Membership) -> bool:
    """Sends the action to a member. One who still waits for approval or the letter sees it as soon as they are let in.
    False, and nothing is stored, where the member is outside its limits."""
    if await limits.stop(member, action):
        return False
    await ActionUser.mark([action.id], member.user_id)
    if not member.active:
        await _remember(action, member)
    return True


@transactional
async def _remember(action: Action, member: Membership) -> None:
    await Membership.filter(id=member.id).update(brought_by=action.id)


async def brought(member: Membership) -> Action | None:
    """The action whose link this member came by, while it is open to them and they have not started it."""
    if not member.brought_by or await _started(member):
        return None
    found = await Action.open_to(member, id=member.brought_by)
    return found[0] if found else None


async def _started(member: Membership) -> bool:
    mine = ActionUser.filter(action_id=member.brought_by, user_id=member.user_id)
    return await mine.exclude(started_at=None).exists()
