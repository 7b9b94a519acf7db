"""Send Action: users get the action, and those who did not have it are told, in one transaction (SPEC A9, P2)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from tortoise.exceptions import IntegrityError

from webapp.database import transactional
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import Action
from webapp.models.notices import telling
from webapp.models.notices.notice import ACTION, Notice
from webapp.models.scripts import publishing


@dataclass(frozen=True)
class Sent:
    """``number``: how many users got the action by this press. ``notice``: the notice that tells them; None where there
    are none."""

    number: int
    notice: Notice | None


async def send(
    by: Membership, action: Action, members: list[Membership], whom: str, client_id: uuid.UUID | None = None
) -> Sent | None:
    """Tells only users whose row this press made, so that each is told once, whether two admins press or one presses
    twice. None, and nothing is sent, where the action can't be published. ``client_id``: of the form, which finds its
    notice again by it."""
    try:
        return await _send(by, action, members, whom, client_id or uuid.uuid4())
    except IntegrityError:
        before = await telling.of_form(by, client_id)
        if before is None:  # the id stands in another campaign's form
            return await _send(by, action, members, whom, uuid.uuid4())
        return Sent(0, before)


@transactional
async def _send(
    by: Membership, action: Action, members: list[Membership], whom: str, client_id: uuid.UUID
) -> Sent | None:
    new = await publishing.send_to(action, members, by)
    if not new:
        return None if new is None else Sent(0, None)
    fresh = [one.id for one in members if one.user_id in new]
    words = telling.Words(ACTION, action.title, "", action)
    return Sent(len(new), await telling.store(by, words, fresh, whom, client_id))
