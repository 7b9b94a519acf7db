"""Send Action, wherever it is pressed: users get the action, and hear of it (SPEC A9, P2)."""

from __future__ import annotations

import uuid

from webapp import queue
from webapp.models.accounts.users import Membership
from webapp.models.actions.action import Action
from webapp.models.notices import telling
from webapp.models.notices.notice import ACTION
from webapp.models.scripts import publishing


async def send(
    member: Membership, action: Action, users: list[Membership], whom: str, client_id: uuid.UUID | None = None
) -> int | None:
    """Returns how many got it now; only these are told. None, and nothing is sent, where it can't be published.
    ``client_id``: of the form, where that may come twice."""
    fresh = await telling.without(action, users)
    number = await publishing.send_to(action, users, member)
    if number is None:
        return None
    if fresh:
        words = telling.Words(ACTION, action.title, "", action)
        notice = await telling.begin(member, words, [one.id for one in fresh], whom, client_id or uuid.uuid4())
        await queue.run_notice(notice.id)
    await queue.make_conversations(action.id)
    return number
