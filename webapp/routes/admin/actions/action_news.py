"""Send Action, wherever it is pressed: users get the action, and hear of it (SPEC A9, P2)."""

from __future__ import annotations

import uuid

from webapp import queue, words
from webapp.models.accounts.users import Membership
from webapp.models.actions import outsiders
from webapp.models.actions.action import Action
from webapp.models.notices import sent_action


async def send(
    member: Membership, action: Action, users: list[Membership], whom: str, client_id: uuid.UUID | None = None
) -> int | None:
    """Returns how many got it now; only these are told. None, and nothing is sent, where it can't be published.
    ``client_id``: of a form that finds its notice again by it."""
    sent = await sent_action.send(member, action, users, whom, client_id)
    if sent is None:
        return None
    if sent.notice:
        await queue.run_notice(sent.notice.id)
    await queue.make_conversations(action.id)
    return sent.number


async def left_out(action: Action, users: list[Membership]) -> str:
    """Those of them who did not get it and why, in a sentence; "" where nobody is outside its limits."""
    out = await outsiders.of(action, users)
    if not out:
        return ""
    why = {True: words.gettext("language"), False: words.gettext("place")}
    names = [f"{one.user.name} ({why[action.language not in ('', one.language)]})" for one in out[: outsiders.NAMED]]
    more = len(out) - len(names)
    if more:
        names.append(words.gettext("%(n)s more", n=more))
    return words.gettext("Outside its limits, so they did not get it: %(names)s.", names=", ".join(names))
