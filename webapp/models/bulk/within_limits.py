"""Keeps contacts within the limits of their holders: nobody outside the limits of an action gets its conversations (SPEC A9, A10, G2)."""

from __future__ import annotations

from collections import defaultdict

from webapp.models.accounts.users import User
from webapp.models.actions import outsiders
from webapp.models.actions.action import Action
from webapp.models.assignments import assigning
from webapp.models.bulk.job import BulkJob


async def holders(
    job: BulkJob, contact_ids: list[int], actions: list[int], mode: str, users: list[int]
) -> dict[int, list[int]]:
    """Contact -> those of the users who are within the limits of all its conversations to move. Notes in the job which
    users are kept out of which action, and how many contacts nobody may hold."""
    out = await outsiders.of_actions(job.campaign_id, actions, users)
    if not out:
        return dict.fromkeys(contact_ids, users)
    kept_out: dict[int, set[int]] = defaultdict(set)
    for action_id, theirs in out.items():
        for contact_id in await assigning.with_conversations(contact_ids, [action_id], mode):
            kept_out[contact_id] |= theirs
    may = {n: [user for user in users if user not in kept_out[n]] for n in contact_ids}
    job.what["left_out"] = job.what.get("left_out", 0) + sum(not some for some in may.values())
    job.what["outside"] = job.what.get("outside") or await _named(out)
    return may


async def _named(out: dict[int, set[int]]) -> list[list[str]]:
    """[title of the action, names of who is outside], for the job's page."""
    titles = {one.id: one.title for one in await Action.filter(id__in=list(out))}
    found = []
    for action_id, ids in sorted(out.items()):
        some = await User.filter(id__in=list(ids)).order_by("id").limit(outsiders.NAMED)
        more = ["…"] if len(ids) > len(some) else []
        found.append([titles[action_id], ", ".join([user.name for user in some] + more)])
    return found
